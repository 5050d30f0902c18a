"""Patent numbers as people write them, in one form: the same right must be the same text wherever it comes from.

Chinese applications since October 2003 have twelve digits and a check digit (ZC 0006-2003): four of the year, one of
the kind, seven of the serial number; before that eight: two of the year, one of the kind, five of the serial number.
A patent bears its application's number with ZL before it. A publication's number (CN 108123456 A) is another thing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

INVENTION, UTILITY, DESIGN = "invention_patent", "utility_model", "design_patent"
KINDS = {"1": INVENTION, "2": UTILITY, "3": DESIGN, "8": INVENTION, "9": UTILITY}
"""The digit of the kind; 8 and 9 are international applications that came to China."""
FIRST_YEAR, LAST_YEAR = 1985, 2100

# The short application numbers begin with 85 … 99 or 00 … 03, publications with the digit of the kind: nothing is both.
_NOISE = re.compile(r"[\s\u00b7,，:：]+|^(?:申请号|专利号|申请(?:专利)?号)")
_APPLICATION = re.compile(r"(?:ZL|CN)?(?P<digits>\d{12}|[089]\d{7})(?:\.?(?P<check>[\dX]))?")
_PUBLICATION = re.compile(r"CN(?P<digits>[1-3]\d{6}|[1-3]\d{8})(?P<code>[A-Z]\d?)?")
_PCT = re.compile(r"PCT/?(?P<office>[A-Z]{2})/?(?P<year>\d{4})/?(?P<serial>\d{6})")
_FOREIGN = re.compile(r"[A-Z]{2}[A-Z0-9/.\-]{4,30}")


class BadNumber(ValueError):
    """It is no patent number, or a mistyped one; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in its one form. `kind` is a code of `ip_types` where the number tells it, `year` that of filing;
    `is_publication`: it names a publication, not an application."""

    text: str
    kind: str = ""
    year: int | None = None
    is_publication: bool = False


def read(typed: str) -> Number:
    """The number somebody typed; raises BadNumber.

    `ZL 2018 1 0123456.5`, `CN201810123456.5`, `201810123456` → `201810123456.5`; `CN108123456B` → `CN108123456`;
    `PCT/CN2018/081234` → `PCT/CN2018/081234`. Numbers of other countries stay as they are, without spaces.
    """
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", typed)).upper().replace("。", ".")
    if not plain:
        raise BadNumber("请填写申请号。")
    if found := _APPLICATION.fullmatch(plain):
        return _application(found["digits"], found["check"])
    if found := _PUBLICATION.fullmatch(plain):
        return Number(f"CN{found['digits']}", _published_kind(found["digits"]), None, True)
    if found := _PCT.fullmatch(plain):
        return Number(
            f"PCT/{found['office']}{found['year']}/{found['serial']}", "pct_application", int(found["year"])
        )
    if _FOREIGN.fullmatch(plain) and not plain.startswith(("CN", "ZL")) and any(c.isdigit() for c in plain):
        return Number(plain, "foreign_patent")
    shown = typed.strip()[:24]
    raise BadNumber(
        f"“{shown}”不像申请号。中国申请号是 12 位数字加校验位，例如 201810123456.{check_digit('201810123456')}；"
        "也可以写 ZL、CN 开头的，或公开（公告）号。"
    )


def check_digit(digits: str) -> str:
    """The check digit of an application's digits (ZC 0006-2003): weights 2 … 9 over and over, modulo 11, X for ten."""
    rest = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(digits)) % 11
    return "X" if rest == 10 else str(rest)


def same(one: str, other: str) -> bool:
    """Whether two numbers, however written, are the same right."""
    return canonical(one) == canonical(other)


def canonical(typed: str) -> str:
    """The one form of a number; what is none stays as it is, without spaces."""
    try:
        return read(typed).text
    except BadNumber:
        return typed.strip()


def _application(digits: str, check: str | None) -> Number:
    right = check_digit(digits)
    if check is not None and check != right:
        raise BadNumber(
            f"申请号 {digits}.{check} 的校验位不对，按前面的数字应为 {right}，请核对哪一位写错了。"
        )
    long = len(digits) == 12
    year = int(digits[:4]) if long else _century(int(digits[:2]))
    kind = KINDS.get(digits[4] if long else digits[2], "")
    if not kind or not FIRST_YEAR <= year <= LAST_YEAR:
        place = "第 5 位" if long else "第 3 位"
        raise BadNumber(f"申请号 {digits} 不成立：开头应为 1985 年以后的年份，{place}应为 1、2、3、8 或 9。")
    return Number(f"{digits}.{right}", kind, year)


def _century(year: int) -> int:
    """85 … 99 and 00 … 03: the short numbers ended in 2003."""
    return 2000 + year if year <= 3 else 1900 + year


def _published_kind(digits: str) -> str:
    """The first digit of a publication's number is that of the kind."""
    return KINDS.get(digits[0], "")
