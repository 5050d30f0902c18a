"""Which column is which field: headers of the template, the API's names, and what people call these things.

A heading may carry its unit: “意向价格下限（元）” reads yuan, everything else about money is 万元.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.imports.table import HEADER_WITHIN, Row, Table, UnreadableFile
from services.listings.catalogue import FIELDS
from services.listings.fields import Field

OWNER_NAME, OWNER_CODE = "organisation", "organisation_uscc"
"""Cells that say whose listing it is; they are no fields of the listing."""
UNREADABLE = "_unreadable"
CLEAR = "清空"
"""Typed into a cell, it empties the field of a record that is already there; an empty cell changes nothing."""

OWNED = ("achievements", "needs", "patents")
"""What belongs to an organisation, so that a row may say to which."""
NAMES = {
    "achievements": "成果",
    "needs": "需求",
    "talents": "技术经理人",
    "organisations": "单位",
    "patents": "专利",
}

_TITLES = ("标题", "题目", "名称", "title", "name")
_ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "achievements": {
        "title": (*_TITLES, "成果名称", "项目名称", "技术名称", "论文题目"),
        "summary": ("简介", "摘要", "成果简介"),
        "abstract": ("详情", "详细介绍", "成果介绍", "内容", "正文", "text"),
        "industry": ("行业", "所属行业", "应用领域"), "region": ("地区", "地域"),
        "trl": ("成熟度", "技术成熟度等级", "TRL"), "modes": ("转化方式", "合作模式"), "team": ("团队名称", "课题组"),
    },
    "needs": {
        "title": (*_TITLES, "需求名称", "需求标题", "技术需求"),
        "problem": ("问题", "需求内容", "需求描述", "详情", "内容", "正文", "text", "description"),
        "indicators": ("指标", "技术指标", "考核指标"), "industry": ("行业", "应用行业"), "region": ("地区", "地域"),
        "wanted_trl": ("期望成熟度",), "wanted_modes": ("合作方式",), "deadline": ("完成日期",),
    },
    "talents": {
        "title": ("name", "title", "姓名", "名称"), "biography": ("简历", "简介", "经历"),
        "regions": ("地区",), "industries": ("行业",), "disciplines": ("学科",),
    },
    "organisations": {
        "name": ("名称", "单位", "机构名称", "企业名称", "title"), "uscc": ("信用代码", "社会信用代码"),
        "kind": ("类型", "性质"), "region": ("地区",),
    },
    "patents": {
        "number": ("专利号", "专利申请号", "申请专利号", "application_number", "申请编号"),
        "title": (*_TITLES, "发明名称", "发明创造名称", "专利题目"), "type": ("类型", "专利种类", "种类", "类别"),
        "publication_number": ("公开号", "公告号", "授权公告号", "公布号"),
        "status": ("状态", "专利状态", "当前法律状态", "法律状态信息", "有效性"), "filed_on": ("申请日期", "申请时间"),
        "granted_on": ("授权日", "授权日期", "公告日", "授权时间"), "expires_on": ("届满日", "有效期至", "专利到期日"),
        "inventors": ("设计人", "发明设计人", "全部发明人", "inventor"),
        "applicants": ("专利权人", "权利人", "申请专利权人", "当前权利人", "当前专利权人", "assignee"),
        "ipc": ("IPC", "IPC分类", "分类号", "国际分类号", "主分类号", "IPC主分类号"), "abstract": ("摘要", "abstract"),
    },
}  # fmt: skip
_EXTERNAL = ("编号", "外部ID", "id", "序列号")
_OWNERS = {
    OWNER_NAME: ("单位名称", "单位", "所属单位", "完成单位", "企业名称", "机构", "organisation_name"),
    OWNER_CODE: ("统一社会信用代码", "信用代码", "uscc"),
}
_RANGES: Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]] = {
    "achievements": {("price_min", "price_max"): ("意向价格", "价格", "报价", "price")},
    "needs": {("budget_min", "budget_max"): ("预算", "预算范围", "budget")},
}
_UNIT = re.compile(r"[(（\[【](.*?)[)）\]】]")
_AMOUNT = re.compile(r"\d[\d,，.]*")
_RANGE = re.compile(
    r"^(?P<low>[\d.,，]+)(?P<low_unit>[亿万元]*)\s*[~～\-–—至到]+\s*(?P<high>[\d.,，]+)(?P<unit>[亿万元]*)$"
)
_FORMULA_START = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column of the file goes. `targets`: one field, or the two ends of a range; `yuan`: its unit is 元."""

    index: int
    heading: str
    targets: tuple[str, ...]
    yuan: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What was made of the header."""

    columns: tuple[Column, ...]
    ignored: tuple[str, ...]
    width: int


def fields_of(library: str) -> tuple[Field, ...]:
    """The fields a spreadsheet of this library may hold; only the title or name must be there."""
    return tuple(replace(field, required=field.name == title_of(library)) for field in FIELDS[library])


def title_of(library: str) -> str:
    """The one field a row cannot do without."""
    return "name" if library == "organisations" else "title"


def headings(library: str) -> dict[str, str]:
    """{field name: heading in the template}, owner columns included, for messages."""
    named = {field.name: field.column for field in FIELDS[library]}
    return {OWNER_NAME: "单位名称", OWNER_CODE: "统一社会信用代码"} | named


def is_header(library: str, cells: Sequence[str]) -> bool:
    """Whether these cells name the title column."""
    lookup = _lookup(library)
    return any(lookup.get(_folded(cell)) == (title_of(library),) for cell in cells)


def split(library: str, table: Table) -> tuple[Layout, list[Row]]:
    """The layout and the rows under the header; raises UnreadableFile when there is no header or nothing under it."""
    for position, row in enumerate(table.rows[:HEADER_WITHIN]):
        if is_header(library, row.cells):
            below = list(table.rows[position + 1 :])
            if not below:
                raise UnreadableFile("表头下面没有数据行。请从表头的下一行开始填写。")
            return _layout(library, row.cells), below
    heading = next(f.column for f in FIELDS[library] if f.name == title_of(library))
    found = "、".join(cell[:20] for cell in table.rows[0].cells[:6] if cell) if table.rows else ""
    raise UnreadableFile(
        f"没有找到“{heading}”这一列。请下载模板，把内容填到对应的列"
        + (f"（第一行现在是：{found}）。" if found else "。")
    )


def typed(layout: Layout, row: Row) -> dict[str, Any]:
    """What a row says by field, empty cells left out; under `UNREADABLE` the [field, message] of cells nobody can read."""
    raw: dict[str, Any] = {}
    errors: list[list[str]] = []
    for column in layout.columns:
        if message := row.wrong.get(column.index):
            errors.append([column.targets[-1], message])
        if column.index >= len(row.cells) or not row.cells[column.index]:
            continue
        raw.update(_cell(column, _unescaped(row.cells[column.index])))
    if stray := [cell for cell in row.cells[layout.width :] if cell]:
        text = f"这一行比表头多出 {len(stray)} 格（“{stray[0][:12]}”），多半是内容里的逗号没有用引号括起。"
        errors.append([layout.columns[0].targets[0], text])
    return raw | {UNREADABLE: errors} if errors else raw


def _layout(library: str, cells: Sequence[str]) -> Layout:
    lookup = _lookup(library)
    own = _own_headings(library)
    columns: dict[tuple[str, ...], Column] = {}
    ignored: list[str] = []
    for index, cell in enumerate(cells):
        targets = lookup.get(_folded(cell), ())
        if not targets:
            if cell:
                ignored.append(cell[:40])
            continue
        yuan = any(unit.strip() in ("元", "人民币元") for unit in _UNIT.findall(cell))
        column = Column(index, cell[:40], targets, yuan)
        rival = next((c for c in columns.values() if set(c.targets) & set(targets)), None)
        if rival is None:
            columns[targets] = column
            continue
        # “项目名称” beside “成果名称”: the heading of the template wins, the look-alike is another column
        mine, its = _folded(cell) in own, _folded(rival.heading) in own
        if mine == its:
            raise UnreadableFile(f"“{rival.heading}”和“{column.heading}”是同一个字段，请只保留一列。")
        if mine:
            del columns[rival.targets]
            columns[targets] = column
        ignored.append(rival.heading if mine else column.heading)
    return Layout(tuple(columns.values()), tuple(ignored), len(cells))


def _own_headings(library: str) -> frozenset[str]:
    return frozenset(_folded(n) for f in FIELDS[library] for n in (f.name, f.label, f.column))


def _lookup(library: str) -> dict[str, tuple[str, ...]]:
    """{folded heading: targets}; what the catalogue calls a field wins over what people may call it."""
    found: dict[str, tuple[str, ...]] = {}
    pairs: list[tuple[str, tuple[str, ...]]] = []
    pairs += [(n, (f.name,)) for f in FIELDS[library] for n in (f.name, f.label, f.column)]
    if any(f.name == "external_id" for f in FIELDS[library]):
        pairs += [(alias, ("external_id",)) for alias in _EXTERNAL]
    pairs += [(alias, (name,)) for name, aliases in _ALIASES[library].items() for alias in aliases]
    pairs += [(alias, ends) for ends, aliases in _RANGES.get(library, {}).items() for alias in aliases]
    if library in OWNED:
        pairs += [(a, (name,)) for name, aliases in _OWNERS.items() for a in (name, *aliases)]
    for heading, targets in pairs:
        found.setdefault(_folded(heading), targets)
    return found


def _folded(heading: str) -> str:
    """A heading as headings are compared: width, case, spaces, marks of obligation and remarks in brackets do not count."""
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    return re.sub(r"[\s*＊:：_]", "", text)


def _unescaped(text: str) -> str:
    """Undo what exports do to keep a cell from being taken for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA_START else text


def _cell(column: Column, text: str) -> Iterator[tuple[str, str]]:
    if len(column.targets) == 2:
        yield from _ends(column, text)
    else:
        yield column.targets[0], _with_unit(text, column.yuan)


def _with_unit(text: str, yuan: bool) -> str:
    return f"{text}元" if yuan and _AMOUNT.fullmatch(text) else text


def _ends(column: Column, text: str) -> Iterator[tuple[str, str]]:
    """“10~50万”, “>200万”, “50万以内”, “面议” as lower and upper end; what is none of these stays for the reader to refuse."""
    low, high = column.targets
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if match := _RANGE.match(plain):
        unit = match["unit"] or match["low_unit"]
        yield low, _with_unit(match["low"] + (match["low_unit"] or unit), column.yuan)
        yield high, _with_unit(match["high"] + unit, column.yuan)
        return
    for mark in ("以上", "起"):
        if plain.endswith(mark):
            plain = ">" + plain.removesuffix(mark)
    for mark in ("以内", "以下"):
        if plain.endswith(mark):
            plain = "<" + plain.removesuffix(mark)
    bare = plain.lstrip("<>≤≥=约")
    if plain.startswith((">", "≥")):
        yield low, _with_unit(bare, column.yuan)
    elif plain.startswith(("<", "≤")):
        yield high, _with_unit(bare, column.yuan)
    elif bare not in ("面议", "不限", "无", "待定"):
        yield low, _with_unit(bare, column.yuan)
        yield high, _with_unit(bare, column.yuan)
