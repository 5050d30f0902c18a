"""The vocabularies are complete, consistent, and understand the words that stand in people's spreadsheets."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from pathlib import Path

import pytest

from config.short_names import region_names, short_region
from config.vocabularies import DEFAULT_FOLDER, Term, Vocabularies, Vocabulary, VocabularyError

KEYS = [one.name for one in dataclasses.fields(Vocabularies)]


@pytest.fixture(scope="module")
def vocabularies() -> Vocabularies:
    return Vocabularies.load()


@pytest.mark.parametrize(
    ("key", "count"),
    [
        ("industries", 20 + 97),
        ("disciplines", 62),
        ("strategic", 9),
        ("trl", 9),
        ("modes", 6),
        ("pass_reasons", 8),
        ("talent_posts", 4),
        ("certificate_levels", 3),
        ("organisation_kinds", 7),
    ],
)
def test_lists_fixed_by_a_standard_are_complete(vocabularies: Vocabularies, key: str, count: int) -> None:
    assert len(getattr(vocabularies, key)) == count


def test_regions_count_as_published(vocabularies: Vocabularies) -> None:
    regions = vocabularies.regions
    prefectures = [code for code in regions.codes if code.endswith("00") and not code.endswith("0000")]
    counties = [code for code in regions.codes if not code.endswith("00")]
    assert len(regions.roots()) == 34
    assert len(prefectures) == 333
    assert len(counties) == 2845
    assert list(regions.codes) == sorted(regions.codes)


def test_region_parents_share_the_province(vocabularies: Vocabularies) -> None:
    for term in vocabularies.regions:
        assert len(term.code) == 6
        assert term.code.isdigit()
        assert term.parent[:2] in ("", term.code[:2])
        assert (term.parent == "") == term.code.endswith("0000")


def test_municipalities_have_their_districts_right_below(vocabularies: Vocabularies) -> None:
    regions = vocabularies.regions
    districts = {code: len(regions.children(code)) for code in ("110000", "120000", "310000", "500000")}
    assert districts == {"110000": 16, "120000": 16, "310000": 16, "500000": 37}


def test_industry_divisions_run_without_a_gap_under_their_sections(vocabularies: Vocabularies) -> None:
    divisions = [term for term in vocabularies.industries if term.parent]
    assert [int(term.code[1:]) for term in divisions] == list(range(1, 98))
    assert all(term.code[0] == term.parent for term in divisions)
    assert "".join(term.code for term in vocabularies.industries.roots()) == "ABCDEFGHIJKLMNOPQRST"
    assert vocabularies.industries.name("C26") == "化学原料和化学制品制造业"


def test_pass_reasons_are_the_eight_in_their_order(vocabularies: Vocabularies) -> None:
    assert [term.name for term in vocabularies.pass_reasons] == [
        "方向不符",
        "成熟度不够",
        "指标达不到",
        "价格或预算不合",
        "已有同类或已解决",
        "权属或知识产权不清",
        "地域或服务条件不合",
        "时机不合",
    ]


def test_modes_have_the_codes_other_rooms_rely_on(vocabularies: Vocabularies) -> None:
    assert vocabularies.modes.names == {
        "transfer": "转让",
        "license": "许可",
        "development": "开发",
        "consulting": "咨询",
        "service": "服务",
        "equity": "作价入股",
    }


def test_forms_and_rights_use_the_same_code_for_the_same_thing(vocabularies: Vocabularies) -> None:
    for code in ("invention_patent", "utility_model", "design_patent", "software_copyright", "know_how"):
        assert vocabularies.forms.name(code) == vocabularies.ip_types.name(code)


def test_every_level_of_maturity_is_explained(vocabularies: Vocabularies) -> None:
    assert vocabularies.trl.codes == tuple("123456789")
    assert all(term.note for term in vocabularies.trl)


@pytest.mark.parametrize("key", KEYS)
def test_every_code_finds_itself_and_every_path_its_code(vocabularies: Vocabularies, key: str) -> None:
    vocabulary = getattr(vocabularies, key)
    for code in vocabulary.codes:
        assert vocabulary.find(code) == code
        assert vocabulary.find(vocabulary.path_label(code)) in vocabulary.ancestors(code)
    if key == "regions":
        assert all(vocabulary.find(vocabulary.path_label(code)) == code for code in vocabulary.codes)


@pytest.mark.parametrize("key", KEYS)
def test_files_are_plain(key: str) -> None:
    raw = (DEFAULT_FOLDER / f"{key}.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert rows[0] == ["code", "name", "parent", "note"]
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("330000", "330000"),
        ("浙江", "330000"),
        ("浙江省", "330000"),
        ("浙江省宁波市", "330200"),
        ("宁波", "330200"),
        ("浙江·宁波·海曙", "330203"),
        (" 浙江省 / 宁波市 / 海曙区 ", "330203"),
        ("北京市市辖区朝阳区", "110105"),
        ("北京市北京市朝阳区", "110105"),
        ("110100", "110000"),
        ("济源", "419001"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
        ("吉林吉林", "220200"),
        ("西安", "610100"),
        ("河北", "130000"),
        ("河北区", "120105"),
        ("内蒙", "150000"),
        ("延边州", "222400"),
        ("海南州", "632500"),
        ("香港", "810000"),
        ("重庆市江北区", "500157"),
        ("南京鼓楼", "320106"),
    ],
)
def test_regions_are_found_as_people_write_them(vocabularies: Vocabularies, text: str, code: str) -> None:
    assert vocabularies.regions.find(text) == code


@pytest.mark.parametrize(
    "text",
    ["鼓楼区", "鼓楼", "朝阳区", "朝阳", "通州", "江北区", "江北", "市辖区", "火星", "", None, "北京" * 40],
)
def test_an_ambiguous_or_unknown_region_is_not_guessed(vocabularies: Vocabularies, text: str | None) -> None:
    assert vocabularies.regions.find(text) is None


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("industries", "c26", "C26"),
        ("industries", "汽车制造", "C36"),
        ("industries", "C36 汽车制造业", "C36"),
        ("industries", "农林牧渔业", "A"),
        ("industries", "房地产业", "K"),
        ("disciplines", "材料科学与工程", "430"),
        ("strategic", "新材料", "3"),
        ("strategic", "新材料产业", "3"),
        ("strategic", "生物医药", "4"),
        ("trl", "TRL 4", "4"),
        ("trl", "第九级", "9"),
        ("modes", "作价投资", "equity"),
        ("forms", "软著", "software_copyright"),
        ("ip_types", "ＰＣＴ", "pct_application"),
        ("ip_statuses", "已授权/有效", "granted"),
        ("certificate_levels", "高级技术经理人", "senior"),
        ("organisation_kinds", "高校", "university"),
        ("languages", "英文", "en"),
    ],
)
def test_words_of_other_lists_are_found(vocabularies: Vocabularies, key: str, text: str, code: str) -> None:
    assert getattr(vocabularies, key).find(text) == code


def test_labels_and_the_way_up(vocabularies: Vocabularies) -> None:
    regions = vocabularies.regions
    assert regions.ancestors("330203") == ("330203", "330200", "330000")
    assert regions.path_label("330203") == "浙江省 宁波市 海曙区"
    assert regions.short_label("330203") == regions.short_label("330200") == "浙江·宁波"
    assert regions.short_label("330000") == "浙江"
    assert regions.short_label("110108") == "北京·海淀"
    assert "330203" in [term.code for term in regions.children("330200")]
    assert regions.children("330203") == regions.children("") == ()


def test_a_retired_code_is_shown_as_it_is(vocabularies: Vocabularies) -> None:
    regions = vocabularies.regions
    assert regions.name("999999") == regions.path_label("999999") == regions.short_label("999999") == "999999"
    assert regions.name(None) == regions.path_label("") == regions.short_label(None) == ""
    assert regions.ancestors("999999") == ()
    assert not regions.has("999999")
    assert not regions.has(None)
    with pytest.raises(KeyError):
        regions["999999"]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("内蒙古自治区", ("内蒙古",)),
        ("恩施土家族苗族自治州", ("恩施", "恩施州")),
        ("鄂伦春自治旗", ("鄂伦春",)),
        ("互助土族自治县", ("互助",)),
        ("巴音郭楞蒙古自治州", ("巴音郭楞", "巴音郭楞州")),
        ("雄县", ()),
        ("杭锦旗", ()),
    ],
)
def test_short_names_of_divisions(name: str, others: tuple[str, ...]) -> None:
    assert region_names(name) == others
    assert short_region(name) == (others[0] if others else name)


def test_a_vocabulary_cannot_be_changed(vocabularies: Vocabularies) -> None:
    with pytest.raises(TypeError):
        vocabularies.modes.terms["gift"] = Term("gift", "赠与")  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        vocabularies.modes.key = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("terms", "aliases", "words"),
    [
        ([Term("a", "甲"), Term("a", "乙")], [], "twice"),
        ([Term("a", "")], [], "without"),
        ([Term("a", "甲", "b")], [], "unknown parent"),
        ([Term("a", "甲", "b"), Term("b", "乙", "a")], [], "circle"),
        ([Term("a", "甲")], [("丙", "c")], "unknown code"),
    ],
)
def test_an_inconsistent_list_is_refused(
    terms: list[Term], aliases: list[tuple[str, str]], words: str
) -> None:
    with pytest.raises(VocabularyError, match=words):
        Vocabulary.build("test", terms, aliases)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("modes.csv", None, "modes.csv: cannot be read"),
        ("modes.csv", "code,name\ntransfer,转让\n", "modes.csv: the first line"),
        ("modes.csv", "code,name,parent,note\ntransfer,转让\n", "modes.csv: line 2"),
        ("aliases.csv", "vocabulary,alias,code\nplanets,火星,mars\n", "planets"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, file: str, content: str | None, words: str) -> None:
    folder = tmp_path / "vocabularies"
    shutil.copytree(DEFAULT_FOLDER, folder)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(VocabularyError, match=words):
        Vocabularies.load(folder)
