"""Spreadsheets through the API."""

from __future__ import annotations

from io import BytesIO

from werkzeug.test import TestResponse

from tests.functional.api.calling import Caller, Cast, ok, problem

GOOD = "成果名称,技术成熟度,意向价格下限（万元）\n激光熔覆修复技术,6,30\n石墨烯散热膜,5,\n"
BAD = GOOD + "第三条,12,三十\n"


def send(
    caller: Caller, library: str, text: str | bytes, query: str = "", name: str = "成果.csv"
) -> TestResponse:
    body = text.encode() if isinstance(text, str) else text
    return caller.send("POST", f"/imports/{library}{query}", data={"file": (BytesIO(body), name)})


def test_a_dry_run_reports_and_leaves_nothing(cast: Cast) -> None:
    report = ok(send(cast.university, "achievements", BAD, "?dry_run=true"))
    assert (report["total"], report["accepted"], report["refused"], report["dry_run"]) == (3, 2, 1, True)
    assert {(one["row"], one["field"]) for one in report["errors"]} == {(4, "trl"), (4, "price_min")}
    assert ok(cast.university.get("/me/achievements"))["total"] == 0


def test_all_or_nothing_unless_good_rows_only(cast: Cast) -> None:
    refused = send(cast.university, "achievements", BAD)
    assert set(problem(refused, 422)) == {"trl", "price_min"}
    assert refused.get_json()["accepted"] == 2
    assert refused.get_json()["errors"][0]["row"] == 4
    assert ok(cast.university.get("/me/achievements"))["total"] == 0
    report = ok(send(cast.university, "achievements", BAD, "?good_only=true"))
    assert (report["state"], report["created"]) == ("done", 2)
    own = ok(cast.university.get("/me/achievements"))
    assert own["states"] == {"submitted": 2}
    assert sorted(row["price_min"] or "" for row in own["items"]) == ["", "300000.00"]
    again = ok(send(cast.university, "achievements", GOOD))
    assert (again["created"], ok(cast.university.get("/me/achievements"))["total"]) == (0, 2)


def test_files_that_cannot_be_read(cast: Cast) -> None:
    for body, name in (
        (b"", "空.csv"),
        (b"\x00\x01\x02", "x.xlsx"),
        (b"\xff\xfe\xff", "x.csv"),
        (b"%PDF", "x.pdf"),
    ):
        problem(send(cast.university, "achievements", body, name=name), 422)
    assert "file" in problem(cast.university.send("POST", "/imports/achievements"), 422)
    assert "file" in problem(cast.university.post("/imports/achievements", {"title": "a"}), 422)


def test_who_may_import_what(cast: Cast) -> None:
    problem(send(cast.university, "needs", "需求名称\n甲\n"), 403)
    problem(send(cast.university, "organisations", "单位名称\n甲\n"), 403)
    problem(send(cast.manager, "talents", "姓名\n甲\n"), 403)
    problem(send(cast.nobody, "achievements", GOOD), 401)
    problem(send(cast.university, "accounts", GOOD), 404)
    assert "dry_run" in problem(send(cast.university, "achievements", GOOD, "?dry_run=perhaps"), 422)
