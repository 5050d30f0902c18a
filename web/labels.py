"""How values read on a page: money in 万元, dates, places, states. Templates do no arithmetic."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.platform import CHINA
from web.current import platform

FEN_PER_WAN = 10_000 * 100


def wan(fen: int | None) -> str:
    """`80 万元`; small amounts in yuan, so that 500 元 does not read 0.05 万元."""
    if fen is None:
        return ""
    if 0 < fen < FEN_PER_WAN // 10:
        return f"{_plain(Decimal(fen) / 100)} 元"
    return f"{_plain(Decimal(fen) / FEN_PER_WAN)} 万元"


def wan_number(fen: int | None) -> str:
    """The bare number of 万元, as a form field shows it."""
    return "" if fen is None else _plain(Decimal(fen) / FEN_PER_WAN)


def yuan(fen: int | None) -> str | None:
    """The API's form: a string in yuan with two decimals."""
    return None if fen is None else f"{Decimal(fen) / 100:.2f}"


def money_range(low: int | None, high: int | None, none: str) -> str:
    """`30–80 万元`, one bound when the other is open, `none` without both."""
    if low is None and high is None:
        return none
    if low is None or high is None or low == high:
        one = wan(high if low is None else low)
        return one if low == high else (f"不超过 {one}" if low is None else f"{one}起")
    return f"{_plain(Decimal(low) / FEN_PER_WAN)}–{wan(high)}"


def day(value: date | datetime | None) -> str:
    """2026-12-31, in China's time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """2026-12-31 14:05, in China's time."""
    return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if value else ""


def days_left(until: date | None) -> str:
    """`还有 3 天`, `今天到期`, `已过期`."""
    if until is None:
        return ""
    left = (until - platform().today()).days
    return f"还有 {left} 天" if left > 0 else ("今天到期" if left == 0 else "已过期")


def since(value: date | datetime | None) -> str:
    """`12 天前`, for confirmations."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    passed = (platform().today() - value).days
    return "今天" if passed <= 0 else (f"{passed} 天前" if passed < 60 else f"{passed // 30} 个月前")


def name(vocabulary: str, code: Any) -> str:
    """The name of a code; an unknown code stays as it is."""
    if code in (None, ""):
        return ""
    return str(getattr(platform().vocabularies, vocabulary).name(str(code)))


def names(vocabulary: str, codes: Any) -> str:
    """Several names joined as Chinese lists are."""
    return "、".join(name(vocabulary, code) for code in codes or ())


def place(code: str, *, full: bool = False) -> str:
    """浙江·宁波, or the whole path."""
    if not code:
        return ""
    regions = platform().vocabularies.regions
    return str(regions.path_label(code) if full else regions.short_label(code))


def trl(level: int | None) -> str:
    """`TRL 6`, 未评估 without a level."""
    return f"TRL {level}" if level else "成熟度未评估"


def _plain(amount: Decimal) -> str:
    text = f"{amount:,.6f}".rstrip("0").rstrip(".")
    return text or "0"
