"""Figures in a text: where they stand, how much they say, in which unit, and whether at least or at most is meant.

    quantities("结合强度不低于 400 MPa，热影响区 0.2～0.5mm")

finds two: `>=` 400 MPa, and 0.2 … 0.5 mm. Texts may be raw or in the normal form of the index. Names that merely hold
digits (Q235, KST-2000, GB/T 13745, 2019年, 第3, 45#, 5G) are no figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matching.units import NO_UNIT, PER, SPELLINGS, Unit, lookup

AT_LEAST, AT_MOST, ABOVE, BELOW, ABOUT, PLAIN = ">=", "<=", ">", "<", "~", ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`text[start:end]` says `low` … `high` (the same where one value stands) in `unit`, under `comparator`."""

    start: int
    end: int
    text: str
    low: float
    high: float
    comparator: str
    unit: Unit

    @property
    def is_range(self) -> bool:
        """Two ends were given."""
        return self.low != self.high

    @property
    def is_bounded(self) -> bool:
        """It says which way is good enough: at least, at most, or between."""
        return self.is_range or self.comparator not in (PLAIN, ABOUT)


_BEFORE = {
    AT_LEAST: "≥ ⩾ >= ＞= 》 不低于 不少于 不小于 大于等于 大于或等于 至少 最低 达到 达 提高到 提高至 提升到 提升至 增加到 增加至",
    AT_MOST: "≤ ⩽ <= ＜= 《 不高于 不超过 不大于 不多于 不超 小于等于 小于或等于 最多 最高 至多 控制在 降到 降至 降低到 降低至"
             " 减少到 减少至 缩短到 缩短至",
    ABOVE: "> ＞ 大于 高于 超过 多于",
    BELOW: "< ＜ 小于 低于 少于",
    ABOUT: "约 大约 约为 ± 近 接近",
}  # fmt: skip
_AFTER = {AT_LEAST: "以上 及以上 或以上 起", AT_MOST: "以内 之内 以下 及以下 或以下 内", ABOUT: "左右 上下"}
_MEANS = {word: sign for sign, words in _BEFORE.items() for word in words.split()}
_MEANS_AFTER = {word: sign for sign, words in _AFTER.items() for word in words.split()}
_SCALE = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_HAN = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "半": 0.5,
}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def _any(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))  # type: ignore[call-overload]


_LATIN = [w for w in SPELLINGS if w[-1].isascii() and w[-1].isalnum()]
_OTHER = [w for w in SPELLINGS if w not in _LATIN]
_UNDER = rf"\s?[/／]\s?(?:(?:{_any([w for w in PER if not w.isascii()])})|(?:{_any([w for w in PER if w.isascii()])})(?![A-Za-z]))"
_UNIT = rf"(?:(?:{_any(_LATIN)})(?![A-Za-z0-9])|(?:{_any(_OTHER)}))(?:{_UNDER})?"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?(?:\s?[×xX*]\s?10\s?(?:\^?\s?[-−+]?\d{1,2}|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))?"
_FIGURE = re.compile(
    rf"(?P<before>(?:{_any(_MEANS)})[为到在是：:]?\s?)?"
    rf"(?P<minus>(?<![\d.A-Za-z%℃°\])）])[-−－])?"
    rf"(?<![\dA-Za-z.#_第])(?P<first>{_NUMBER})\s?(?P<more>余|多|几)?\s?(?P<scale>百万|千万|[十百千万亿])?[余多几]?\s?(?P<unit1>{_UNIT})?"
    rf"(?:\s?(?:-|–|—|−|－|~|～|至|到|\.\.\.|…)\s?(?P<minus2>(?<=[~～至到…])[-−－])?(?P<second>{_NUMBER})\s?(?P<scale2>百万|千万|[十百千万亿])?"
    rf"\s?(?P<unit2>{_UNIT})?)?"
    rf"(?:\s?(?P<after>{_any(_MEANS_AFTER)}))?",
    re.IGNORECASE,
)  # fmt: skip
_HAN_FIGURE = re.compile(
    rf"(?P<share>百分之)?(?P<han>[{''.join(_HAN)}]{{1,3}})(?P<unit>倍|成(?![果功品本熟型立为分员都套])|个月)?"
)
_NO_FIGURE = re.compile(
    r"(?<![A-Za-z])(?:GB|ISO|IEC|ASTM|DIN|JIS|IATF|OHSAS|OHAS|JB|HG|YB|YY|QB|DL|TB|CJ|HJ|SH|SY|NB)[/ A-Z]{0,6}[-\s]?\d[\d.\-–—:：]*"
    r"|(?:19|20)\d\d\s?(?:[-–—~～至到/.]\s?(?:(?:19|20)\d\d|\d{1,2})(?:[-/.]\d{1,2})?)?\s?年(?:\d{1,2}月)?(?:\d{1,2}[日号])?"
    r"|(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?!\d)"
    r"|\d{1,2}月(?:\d{1,2}[日号])?|[“\"「]?[一二三四五十\d]{1,3}五[”\"」]"
    r"|(?:^|(?<=[\n。；;：:，,、 \t　]))[(（]?\d{1,2}(?:[)）、．]|\.(?!\d))"
    rf"|(?:^|(?<=[\n。；;]))\s?\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?!\s?(?:{_UNIT}|\d))(?=\s?[\u4e00-\u9fff])|工业\s?4\.0|\d{{9,30}}(?:\.[\dXx])?"
    r"|[(（]\d{1,2}[)）]|[①-⑳]|[2-6][Gg](?=网|通|技|基|信|时|应|模|制|的|互|\+|\s|[，。、])|[248]K(?![A-Za-z])|\d[Dd](?![A-Za-z])"
    r"|(?<![A-Za-z])[A-Za-z]{1,8}[-—_][A-Za-z]{0,3}\d[\w.\-]*|(?<!\d)\d{1,6}\s?(?:#|号|系列|系)",
    re.IGNORECASE,
)  # fmt: skip


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every figure of the text, in order; `unit` is `NO_UNIT` where none is written."""
    blank = _NO_FIGURE.sub(lambda found: "#" * len(found[0]), text)
    found = [*_written_in_digits(text, blank), *_written_in_words(text, blank)]
    return tuple(sorted(found, key=lambda one: one.start))


def _written_in_digits(text: str, blank: str) -> list[Quantity]:
    given, at = [], 0
    while one := _FIGURE.search(blank, at):
        first, second = lookup(one["unit1"] or ""), lookup(one["unit2"] or "")
        two = one["second"] is not None
        apart = two and first is not None and (second is None or second.measure != first.measure)
        # 38℃-20150W are two figures with a dash between them
        at = one.end("unit1") if apart else one.end()
        end = one.start() + len(one.string[one.start() : at].rstrip())
        if (two and not apart) or not _goes_on(blank, end) or first is not None:
            given.append(_figure(text, one, end, first if apart else second or first, two=two and not apart))
    return given


def _goes_on(blank: str, end: int) -> bool:
    """3C, 1CD: digits that a letter follows are a name."""
    after = blank[end : end + 1]
    return after.isascii() and after.isalpha()


def _figure(text: str, one: re.Match[str], end: int, unit: Unit | None, *, two: bool) -> Quantity:
    low = _value(one["first"], one["scale"], one["minus"])
    high = _value(one["second"], one["scale2"], one["minus2"]) if two else low
    if two and one["scale2"] and not one["scale"] and not one["unit1"]:
        low *= _SCALE[one["scale2"]]  # 5-10万元: the first figure borrows the second's 万
    before = (one["before"] or "").strip()
    sign = _MEANS.get(before) or _MEANS.get(before.rstrip("为到在是：:")) or PLAIN
    if sign == PLAIN and two == (one["second"] is not None):
        sign = _MEANS_AFTER.get(one["after"] or "", PLAIN)
    start = one.start()
    return Quantity(start, end, text[start:end], min(low, high), max(low, high), sign, unit or NO_UNIT)


def _written_in_words(text: str, blank: str) -> list[Quantity]:
    given = []
    for one in _HAN_FIGURE.finditer(blank):
        if not one["share"] and not one["unit"]:
            continue
        value = _han(one["han"])
        unit = SPELLINGS["%"] if one["share"] else SPELLINGS[one["unit"]]
        given.append(
            Quantity(one.start(), one.end(), text[one.start() : one.end()], value, value, PLAIN, unit)
        )
    return given


def _value(digits: str, scale: str | None, minus: str | None) -> float:
    plain = digits.replace(",", "").replace(" ", "").translate(_RAISED)
    base, times, power = re.match(r"([\d.]+)([×xX*]10\^?)?([-+]?\d+)?", plain).groups()  # type: ignore[union-attr]
    value = float(base) * (10.0 ** int(power) if times and power else 1.0) * _SCALE.get(scale or "", 1.0)
    return -value if minus else value


def _han(written: str) -> float:
    """三 is 3, 十五 is 15, 三十 is 30."""
    value = 0.0
    for sign in written:
        value = (value or 1) * 10 if sign == "十" else value + _HAN[sign]
    return value
