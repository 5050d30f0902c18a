"""The workbook people fill in: notes on the headings, drop-downs, an example on a second sheet, and how to fill it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.exports import safe
from services.imports.columns import CLEAR, NAMES, OWNED, OWNER_NAME, fields_of, headings
from services.imports.table import MAX_ROWS
from services.listings.fields import CIRCLE_NOTES, Field

FILL_IN, EXAMPLE, GUIDE, TERMS = "填写", "示例", "填写说明", "可选值"
_KINDS = {
    "line": "一行文字", "text": "一段文字", "integer": "整数", "money": "数字，单位万元", "date": "日期，如 2027-06-30",
    "flag": "是 或 否", "choice": "选一项", "choices": "可选多项，用顿号隔开", "words": "用顿号或逗号隔开",
    "ip": "每行一项", "affiliations": "每行一条", "relations": "每行一条", "email": "邮箱地址", "uscc": "18 位代码",
}  # fmt: skip
_WIDTH = {"text": 44, "line": 26, "choices": 20, "words": 24, "ip": 40, "affiliations": 40, "relations": 40}
_HEAD = PatternFill("solid", fgColor="1F3A5F")
_MUST = PatternFill("solid", fgColor="A63D2F")
_THIN = Side(style="thin", color="D5DAE1")
_ROWS_WITH_LISTS = 2_000
"""Drop-downs reach that far; below it words are typed, and read the same."""


def build(library: str, vocabularies: Any) -> bytes:
    """The .xlsx template of a library."""
    book = Workbook()
    fields = fields_of(library)
    columns = [(field.name, field.column) for field in fields]
    if library in OWNED:
        columns.append((OWNER_NAME, headings(library)[OWNER_NAME]))
    sheet = book.active
    sheet.title = FILL_IN
    example = book.create_sheet(EXAMPLE)
    _guide(book.create_sheet(GUIDE), library, fields)
    terms = book.create_sheet(TERMS)
    for target in (sheet, example):
        _header(target, columns, {field.name: field for field in fields})
    _examples(example, fields)
    _drop_downs(sheet, terms, fields, vocabularies)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def note_of(field: Field) -> str:
    """What the note on a heading says: what it is, how it is written, who sees it."""
    parts = [
        "必填" if field.required else "可不填",
        _KINDS[field.kind],
        field.help,
        CIRCLE_NOTES[field.circle],
    ]
    if field.kind in ("line", "text"):
        parts.insert(2, f"最多 {field.limit} 字")
    return "；".join(part for part in parts if part) + "。"


def _header(sheet: Any, columns: Sequence[tuple[str, str]], fields: dict[str, Field]) -> None:
    for index, (name, heading) in enumerate(columns, 1):
        cell = sheet.cell(1, index, heading)
        field = fields.get(name)
        required = field is not None and field.required
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _MUST if required else _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(right=_THIN)
        text = note_of(field) if field else "这条内容归哪个单位；单位自己导入时不用填，默认是本单位。"
        cell.comment = Comment(text, "三库", width=260, height=120)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = _WIDTH.get(field.kind if field else "line", 16)
        if field is None or field.kind in ("line", "text", "uscc", "words", "email"):
            # text format: long numbers and phone numbers keep their digits
            sheet.column_dimensions[letter].number_format = "@"
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "C2"


def _examples(sheet: Any, fields: Sequence[Field]) -> None:
    for index, field in enumerate(fields, 1):
        cell = sheet.cell(2, index, safe(field.example) or None)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(4, 1, "这一页只是示例，不会导入。请在“填写”页从第 2 行开始填。").font = Font(
        italic=True, color="666666"
    )


def _guide(sheet: Any, library: str, fields: Sequence[Field]) -> None:
    noun = NAMES[library]
    lines = [
        f"{noun}导入模板 · 填写说明",
        "",
        "1. 在“填写”页从第 2 行开始，一行一条；红色表头必填，其余可不填。只填名称也能导入。",
        f"2. 一次最多 {MAX_ROWS:,} 行。也可以用自己的表格：表头写成下面的名称即可，列的顺序和多少不限。",
        "3. 申请号相同就是同一件专利，再次导入时更新原记录；CN、ZL、空格和点都可以写，校验位要对。"
        if library == "patents"
        else "3. 外部编号是您自己系统里的编号：同一编号再次导入时更新原记录，不会重复；没有编号时按名称认。",
        f"4. 再次导入时空单元格不改原内容；要清掉某项，请填“{CLEAR}”。",
        "5. 金额单位是万元；表头写成“……（元）”时按元读。“10~50万”“面议”也认得。",
        "6. 地区写到市或县，如“浙江省宁波市”；行业写名称或代码，如“C37”。可选的词见“可选值”页。",
        "7. 不要用公式；从别的表复制来时，请“选择性粘贴 → 数值”。",
        "8. 上传后先给出检查报告，逐行逐列写明问题，确认后才写入。",
        "",
    ]
    for number, line in enumerate(lines, 1):
        cell = sheet.cell(number, 1, line)
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    start = len(lines) + 1
    for index, heading in enumerate(("列", "怎么填", "例子"), 1):
        cell = sheet.cell(start, index, heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
    for offset, field in enumerate(fields, 1):
        for index, text in enumerate((field.column, note_of(field), field.example), 1):
            cell = sheet.cell(start + offset, index, safe(text) or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in (("A", 26), ("B", 70), ("C", 44)):
        sheet.column_dimensions[letter].width = width


def _drop_downs(sheet: Any, terms: Any, fields: Sequence[Field], vocabularies: Any) -> None:
    """Lists for fields of one term; several terms are typed, so their lists are only shown on the sheet of terms."""
    listed: dict[str, str] = {}
    for index, field in enumerate(fields, 1):
        letter = get_column_letter(index)
        reach = f"{letter}2:{letter}{_ROWS_WITH_LISTS}"
        if field.kind == "flag":
            _validate(sheet, reach, '"是,否"', field, strict=True)
        elif field.vocabulary:
            if field.vocabulary not in listed:
                listed[field.vocabulary] = _list(terms, len(listed) + 1, field, vocabularies)
            if field.kind in ("choice", "integer"):
                # a warning, not a wall: codes and other spellings of a term are understood as well
                _validate(sheet, reach, listed[field.vocabulary], field, strict=False)


def _list(terms: Any, column: int, field: Field, vocabularies: Any) -> str:
    """Write the terms of a vocabulary into a column; gives the reference of the range."""
    vocabulary = getattr(vocabularies, field.vocabulary)
    letter = get_column_letter(column)
    head = terms.cell(1, column, field.label)
    head.font = Font(bold=True)
    words = _words(field.vocabulary, vocabulary)
    for number, word in enumerate(words, 2):
        terms.cell(number, column, word)
    terms.column_dimensions[letter].width = 30
    return f"'{TERMS}'!${letter}$2:${letter}${len(words) + 1}"


def _words(name: str, vocabulary: Any) -> list[Any]:
    if name == "trl":
        return [int(term.code) for term in vocabulary]
    if name == "regions":
        return [vocabulary.path_label(t.code) for t in vocabulary if len(vocabulary.ancestors(t.code)) < 3]
    if name == "industries":
        return [f"{term.code} {term.name}" for term in vocabulary]
    return [term.name for term in vocabulary]


def _validate(sheet: Any, reach: str, formula: str, field: Field, *, strict: bool) -> None:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorStyle = "stop" if strict else "warning"
    rule.errorTitle, rule.error = field.label, "请从列表里选，或照“可选值”页填写。"
    sheet.add_data_validation(rule)
    rule.add(reach)
