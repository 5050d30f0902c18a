"""`flask import`: published at once, report by row, exit code 1 when any row was refused."""

from sqlalchemy import func, select

from repositories import audit
from repositories.achievements import Achievement
from repositories.audit import AuditRow
from repositories.imports import ImportBatch, ImportRow
from repositories.needs import Need
from repositories.organisations import APPROVED, Organisation
from repositories.outbox import Job
from repositories.talents import Talent
from tests.support import next_uscc
from tests.unit.imports.books import csv, xlsx


def run(world, tmp_path, library, data, *options, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return world.app.test_cli_runner().invoke(args=["import", library, str(path), *options])


def count(world, model):
    with world.platform.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def all_of(world, model):
    with world.platform.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_titles_alone_are_published_searchable_and_expire(world, tmp_path):
    done = run(world, tmp_path, "achievements", csv("成果名称", "镍基单晶叶片修复", "固态电池电解质"))
    assert done.exit_code == 0, done.output
    assert "新增 2" in done.output
    rows = all_of(world, Achievement)
    assert [row.title for row in rows] == ["镍基单晶叶片修复", "固态电池电解质"]
    one = rows[0]
    assert (one.state, one.organisation_id, one.account_id, one.visibility) == (
        "published",
        None,
        None,
        "public",
    )
    assert one.published_at is not None
    assert one.confirmed_on == world.platform.today()
    assert one.expires_on > world.platform.today()
    assert one.reviewed_content["title"] == one.title
    assert one.vector_key
    assert {(job.library, job.subject_id, job.fact) for job in all_of(world, Job)} == {
        ("achievements", row.id, "publish") for row in rows
    }
    world.index()
    found = world.client().get("/achievements?q=单晶叶片").get_data(as_text=True)
    assert f'href="/achievements/{one.id}"' in found


def test_nothing_staged_stays_behind(world, tmp_path):
    run(world, tmp_path, "achievements", csv("成果名称", "甲"))
    run(world, tmp_path, "achievements", csv("成果名称", "甲"), "--dry-run")
    assert (count(world, ImportBatch), count(world, ImportRow)) == (0, 0)


def test_a_file_leaves_one_line_in_the_log_and_each_listing_finds_it(world, tmp_path):
    """Twenty thousand rows must not bury what people decided."""
    run(world, tmp_path, "achievements", csv("编号,成果名称", "K1,甲", "K2,乙", "K3,丙"))
    run(world, tmp_path, "achievements", csv("编号,成果名称", "K1,甲改", "K2,乙", "K4,丁"))
    assert [row.action for row in all_of(world, AuditRow)] == ["import.committed"] * 2
    rows = {row.external_id: row.id for row in all_of(world, Achievement)}
    for key, times in (("K1", 2), ("K2", 1), ("K4", 1)):
        with world.platform.database.read() as session:
            assert len(audit.latest(session, 0, 10, about=("achievements", rows[key]))) == times, key
    world.operator()
    desk = world.client("operator@example.org")
    log = desk.get(f"/operator/audit?of=achievements-{rows['K1']}").get_data(as_text=True)
    assert "新增 3 条" in log
    assert "新增 1 条、更新 1 条" in log
    assert f"对象：成果 {rows['K1']}" in log
    other = desk.get(f"/operator/audit?of=achievements-{rows['K4']}").get_data(as_text=True)
    assert "新增 3 条" not in other
    for odd in ("achievements-", "nosuch-1", "achievements-99999999999", "achievements-x"):
        assert desk.get(f"/operator/audit?of={odd}").status_code == 200


def test_the_same_file_twice_changes_nothing(world, tmp_path):
    data = csv("成果名称,一句话简介,编号", "甲,一,K1", "乙,二,", "乙,三,")
    run(world, tmp_path, "achievements", data)
    jobs, audits = count(world, Job), count(world, AuditRow)
    again = run(world, tmp_path, "achievements", data)
    assert again.exit_code == 0
    assert "新增 0，更新 0，未变 3" in again.output
    assert count(world, Achievement) == 3
    assert count(world, Job) == jobs
    assert count(world, AuditRow) == audits
    assert {row.revision for row in all_of(world, Achievement)} == {1}


def test_a_changed_row_updates_its_record_and_empty_cells_keep_what_is_there(world, tmp_path):
    run(world, tmp_path, "achievements", csv("编号,成果名称,一句话简介,团队", "K1,甲,旧,一组"))
    done = run(
        world, tmp_path, "achievements", csv("编号,成果名称,一句话简介,团队", "K1,甲（二代）,新,", "K2,丙,,")
    )
    assert "新增 1，更新 1" in done.output
    first = all_of(world, Achievement)[0]
    assert (first.title, first.summary, first.team, first.revision) == ("甲（二代）", "新", "一组", 2)
    assert first.projection == 2
    assert first.reviewed_content["summary"] == "新"
    run(world, tmp_path, "achievements", csv("编号,成果名称,团队", "K1,甲（二代）,清空"))
    assert all_of(world, Achievement)[0].team == ""


def test_refused_rows_refuse_the_file_and_are_named_by_row_and_column(world, tmp_path):
    data = csv("成果名称,技术成熟度,应用行业", "甲,6,C37", ",6,", "乙,十二,不存在的行业")
    done = run(world, tmp_path, "achievements", data)
    assert done.exit_code == 1
    assert "第 3 行  成果名称：请填写成果名称。" in done.output
    assert "第 4 行  技术成熟度" in done.output
    assert "第 4 行  应用行业：应用行业里没有“不存在的行业”" in done.output
    assert count(world, Achievement) == 0
    good = run(world, tmp_path, "achievements", data, "--good-rows-only")
    assert good.exit_code == 1
    assert "新增 1" in good.output
    assert count(world, Achievement) == 1


def test_a_dry_run_reports_and_writes_nothing(world, tmp_path):
    done = run(world, tmp_path, "needs", csv("需求名称", "甲"), "--dry-run")
    assert done.exit_code == 0
    assert "新增 1" in done.output
    assert count(world, Need) == 0


def test_excel_cells_keep_their_types(world, tmp_path):
    from datetime import datetime

    deadline = datetime(world.platform.today().year + 1, 6, 30)  # noqa: DTZ001 - Excel's moments have no zone
    data = xlsx(
        (
            "需求名称",
            "预算下限（万元）",
            "预算上限（万元）",
            "希望完成日期",
            "期望成熟度（至少）",
            "揭榜挂帅",
            "联系电话",
        ),
        ("甲", 12.300000000000001, 80.0, deadline, 6.0, False, 13800000000.0),
    )
    done = run(world, tmp_path, "needs", data, name="a.xlsx")
    assert done.exit_code == 0, done.output
    row = all_of(world, Need)[0]
    assert (row.budget_min, row.budget_max, row.wanted_trl) == (12_300_000, 80_000_000, 6)
    assert (row.deadline, row.is_bounty, row.contact_phone) == (deadline.date(), False, "13800000000")


def test_organisations_named_in_a_row_are_found_or_made_approved(world, tmp_path):
    known = world.organisation("乙大学", "university")
    code = next_uscc()
    data = csv(
        "成果名称,单位名称,统一社会信用代码",
        "一,乙大学,",
        f"二,,{known.uscc}",
        f"三,丙研究院,{code}",
        "四,丙研究院,",
        "五,,",
        "六,丁研究所,",
    )
    done = run(world, tmp_path, "achievements", data)
    assert done.exit_code == 0, done.output
    with world.platform.database.read() as session:
        made = session.scalar(select(Organisation).where(Organisation.name == "丙研究院"))
        other = session.scalar(select(Organisation).where(Organisation.name == "丁研究所"))
    assert (made.state, made.uscc, made.kind) == (APPROVED, code, "enterprise")  # a code that begins with 91
    assert (other.state, other.uscc, other.kind) == (APPROVED, None, "institute")
    owners = [row.organisation_id for row in all_of(world, Achievement)]
    assert owners == [known.id, known.id, made.id, made.id, None, other.id]
    assert "未变 6" in run(world, tmp_path, "achievements", data).output


def test_organisations_that_contradict_themselves_are_refused(world, tmp_path):
    known = world.organisation("乙大学", "university")
    pending = world.organisation("丁公司", "enterprise", "pending")
    data = csv(
        "成果名称,单位名称,统一社会信用代码", f"一,丙大学,{known.uscc}", "二,乙大学,91510100MA0000000X", f"三,丁公司,{pending.uscc}",
        f"四,,{next_uscc()}", f"五,戊公司,{next_uscc()}", f"六,戊公司,{next_uscc()}",
    )  # fmt: skip
    done = run(world, tmp_path, "achievements", data)
    assert done.exit_code == 1
    for words in ("第 2 行  单位名称：这个信用代码在平台上是“乙大学”", "第 3 行  统一社会信用代码", "第 4 行  单位名称：“丁公司”还没有通过",
                  "第 5 行  单位名称：平台上没有代码为", "第 6 行  统一社会信用代码：文件里“戊公司”有 2 个"):  # fmt: skip
        assert words in done.output
    assert count(world, Achievement) == 0


def test_the_owner_of_a_whole_file_by_option(world, tmp_path):
    known = world.organisation("乙大学", "university")
    run(world, tmp_path, "achievements", csv("成果名称", "甲"), "--organisation", known.uscc)
    assert all_of(world, Achievement)[0].organisation_id == known.id
    lost = run(world, tmp_path, "achievements", csv("成果名称", "甲"), "--organisation", "没有的大学")
    assert lost.exit_code == 1
    assert "没有的大学" in lost.output


def test_the_same_title_of_two_owners_is_two_records_and_one_without_number_takes_the_number(world, tmp_path):
    one, other = world.organisation("乙大学", "university"), world.organisation("丙大学", "university")
    run(world, tmp_path, "achievements", csv("成果名称,单位名称", f"甲,{one.name}", f"甲,{other.name}"))
    assert count(world, Achievement) == 2
    done = run(
        world,
        tmp_path,
        "achievements",
        csv("编号,成果名称,单位名称", f"K1,甲,{one.name}", f"K2,甲,{one.name}"),
    )
    assert done.exit_code == 1  # one record of that title, two numbers: which of them is it?
    assert "外部编号" in done.output
    run(world, tmp_path, "achievements", csv("编号,成果名称,单位名称", f"K1,甲,{one.name}"))
    assert [(r.external_id, r.organisation_id) for r in all_of(world, Achievement)] == [
        ("K1", one.id),
        (None, other.id),
    ]


def test_one_number_twice_in_a_file(world, tmp_path):
    done = run(world, tmp_path, "achievements", csv("编号,成果名称", "K1,甲", "K1,甲", "K1,乙"))
    assert "第 4 行  外部编号：编号与第 2 行相同" in done.output
    assert "重复 1" in done.output
    assert count(world, Achievement) == 0


def test_rules_across_fields_and_past_dates_hold(world, tmp_path):
    done = run(
        world,
        tmp_path,
        "needs",
        csv("需求名称,预算下限,预算上限,希望完成日期", "甲,80,50,", "乙,,,2020-01-01"),
    )
    assert "预算上限低于下限" in done.output
    assert "已经过去" in done.output


def test_talents(world, tmp_path):
    data = csv(
        "姓名,类别,熟悉行业,能力等级证书,证书编号,任职",
        "周望川,综合性,C37、C26,中级,Z1,乙大学，主管，2021-03-01，",
        "周望川,专业性,,中级,Z2,",
    )
    done = run(world, tmp_path, "talents", data)
    assert done.exit_code == 0, done.output
    assert [(t.title, t.category, t.certificate_number) for t in all_of(world, Talent)] == [
        ("周望川", "general", "Z1"), ("周望川", "special", "Z2"),
    ]  # fmt: skip
    changed = run(world, tmp_path, "talents", csv("姓名,证书编号,备案星级", "周望川,Z2,3"))
    assert "更新 1" in changed.output
    assert [t.stars for t in all_of(world, Talent)] == [0, 3]


def test_organisations(world, tmp_path):
    code, other = next_uscc(), next_uscc()
    data = csv(
        "单位名称,统一社会信用代码,单位类型,所在地区",
        f"甲公司,{code},企业,浙江省宁波市",
        f"乙大学,{other},高等院校,",
    )
    done = run(world, tmp_path, "organisations", data)
    assert done.exit_code == 0, done.output
    assert [(o.name, o.uscc, o.kind, o.region, o.state) for o in all_of(world, Organisation)] == [
        ("甲公司", code, "enterprise", "330200", "approved"), ("乙大学", other, "university", "", "approved"),
    ]  # fmt: skip
    assert "未变 2" in run(world, tmp_path, "organisations", data).output
    renamed = run(world, tmp_path, "organisations", csv("单位名称,统一社会信用代码", f"甲集团,{code}"))
    assert "更新 1" in renamed.output
    bad = csv("单位名称,统一社会信用代码", f"乙大学,{code}", "丙,91510100MA0000000X", f"乙大学,{next_uscc()}")
    refused = run(world, tmp_path, "organisations", bad)
    assert refused.exit_code == 1
    assert "信用代码属于平台上的“甲集团”" in refused.output
    assert "校验位" in refused.output


def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_1(world, tmp_path):
    done = run(world, tmp_path, "achievements", b"", name="a.xlsx")
    assert done.exit_code == 1
    assert "空的" in done.output
    assert "Traceback" not in done.output
