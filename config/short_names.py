"""Short forms of official names: 浙江省 → 浙江, 延边朝鲜族自治州 → 延边, 新材料产业 → 新材料.

Spreadsheets and cards use the short form. It is derived from the official name, so that no second list of
three thousand names has to be kept; what no rule yields stands in
`vocabularies/aliases.csv`. Do not use it for names of organisations or streets.
"""

from __future__ import annotations

import re

# Nationalities that stand in the names of autonomous divisions. Those of one character are only recognised
# with 族 ("回族"), because 土, 白 or 苗 alone are ordinary parts of place names.
_ONE_CHARACTER = "藏|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒|回|各"
_LONGER = (
    "蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯|普米|"
    "塔吉克|鄂温克|保安|裕固|独龙|鄂伦春"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_ONE_CHARACTER})族|(?:{_LONGER})族?)*自治(?:区|州|县|旗)$")
_SUFFIX = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|新区|林区|特区|省|市|盟|县|区)$")
# A short form of one character ("雄" for 雄县) names nothing.
_SHORTEST = 2


def short_region(name: str) -> str:
    """Return the everyday short form of an official division name, or the name itself when none is usual.

    >>> short_region("内蒙古自治区"), short_region("恩施土家族苗族自治州"), short_region("雄县")
    ('内蒙古', '恩施', '雄县')
    """
    for pattern in (_AUTONOMOUS, _SUFFIX):
        stem = pattern.sub("", name)
        if stem != name and len(stem) >= _SHORTEST:
            return stem
    return name


def region_rank(code: str) -> int:
    """Return 0 for a province, 1 for a prefecture and 2 for a county, as GB/T 2260 writes it in the zeros."""
    if code.endswith("0000"):
        return 0
    return 1 if code.endswith("00") else 2


def region_names(name: str) -> tuple[str, ...]:
    """Return the other ways in which a division is written, e.g. 延边 and 延边州 for 延边朝鲜族自治州."""
    short = short_region(name)
    if short == name:
        return ()
    if name.endswith("自治州"):
        return short, short + "州"
    return (short,)


def industry_names(name: str) -> tuple[str, ...]:
    """Return an industry's name without its ending: 新材料产业 → 新材料, 汽车制造业 → 汽车制造."""
    stem = name.removesuffix("产业")
    stem = stem if stem != name else name.removesuffix("业")
    return (stem,) if stem != name and len(stem) >= _SHORTEST else ()


def other_names(key: str, name: str) -> tuple[str, ...]:
    """Return the further ways in which `name` is written in the vocabulary `key`."""
    if key == "regions":
        return region_names(name)
    return industry_names(name) if key in ("industries", "strategic") else ()
