"""What the 18 places of a 统一社会信用代码 say (GB 32100-2015), for people who are just typing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from services.listings.reading import clean

OFFICES = {
    "1": "机构编制部门登记", "2": "外交部门登记", "3": "教育部门登记", "4": "公安部门登记", "5": "民政部门登记",
    "6": "司法部门登记", "7": "交通运输部门登记", "8": "文化部门登记", "9": "市场监管部门登记", "A": "旅游部门登记",
    "B": "宗教部门登记", "C": "工会登记", "D": "军队登记", "N": "农业部门登记", "Y": "其他部门登记",
}  # fmt: skip
KINDS = {
    "11": "机关", "12": "事业单位", "13": "中央编办直接管理机构编制的群众团体", "51": "社会团体", "52": "民办非企业单位",
    "53": "基金会", "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
}  # fmt: skip
_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
LENGTH = 18


@dataclass(frozen=True, slots=True)
class Part:
    """Some places of the code and what they say; `ok` is None while too little is typed to tell."""

    places: str
    text: str
    ok: bool | None


def explain(raw: str, regions: Any) -> list[Part]:
    """The parts of what is typed so far. `regions` is the region vocabulary."""
    code = clean(raw)[:40].replace(" ", "").replace("-", "").upper()
    if not code:
        return []
    wrong = sorted({letter for letter in code if letter not in _ALPHABET})
    if wrong:
        return [Part("", f"不会出现 {'、'.join(wrong)}：只用数字和大写字母，没有 I、O、S、V、Z", False)]
    parts = [Part(code[:2], _body(code), code[0] in OFFICES)]
    if len(code) >= 8:
        place = _place(code[2:8], regions)
        parts.append(
            Part(
                code[2:8],
                f"登记地：{place}" if place else "登记地：区划代码较旧或不存在",
                bool(place) or None,
            )
        )
    if len(code) < LENGTH:
        parts.append(Part("", f"还差 {LENGTH - len(code)} 位", None))
    elif len(code) > LENGTH:
        parts.append(Part("", f"多了 {len(code) - LENGTH} 位，应为 {LENGTH} 位", False))
    else:
        parts.append(_check(code))
    return parts


def _body(code: str) -> str:
    office = OFFICES.get(code[0], "第 1 位不是登记管理部门的代码")
    return f"{office}，{KINDS[code[:2]]}" if code[:2] in KINDS else office


def _place(code: str, regions: Any) -> str:
    """The place, or the city or province above it: counties are renamed, codes of licences stay."""
    for one in (code, code[:4] + "00", code[:2] + "0000"):
        if regions.has(one):
            return str(regions.path_label(one))
    return ""


def _check(code: str) -> Part:
    try:
        uscc.validate(code)
    except ValidationError:
        return Part(code[-1], "校验位不对，请对照执照逐位核对", False)
    return Part(code[-1], "校验位正确", True)
