"""工作日: days on which people in China work, with public holidays and the weekends that are worked instead.

The State Council sets the holidays of a year in the autumn before. For a year whose holidays are not known yet Monday to
Friday count; an answer is then asked for too early rather than too late.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether people work on a day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def after(day: date, count: int) -> date:
    """The last of so many working days that follow a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
