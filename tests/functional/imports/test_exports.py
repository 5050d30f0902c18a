"""What leaves the platform as a spreadsheet: recommendations, and listings that can be imported again."""

from services import exports, recommend
from services.imports import steps
from services.listings.fields import CONFIDENTIAL, CONTACT, PUBLIC
from tests.unit.imports.books import sheet_of


def test_recommendations_of_a_need_with_reasons_and_without_contacts(world):
    university, enterprise = world.university(), world.enterprise()
    world.listing(
        university, "achievements", title="=叶片激光熔覆修复粉末", summary="修复高温合金叶片", trl=7, modes=["license"],
        price_min="300000", contact_phone="028-12345678",
    )  # fmt: skip
    need = world.listing(enterprise, "needs", title="高温合金叶片激光熔覆修复粉末", confidential="客户名单")
    world.index()
    found = recommend.for_listing(world.platform, enterprise, "needs", need.id)
    table = sheet_of(exports.recommendations_workbook(world.platform, found, need))
    assert "高温合金叶片激光熔覆修复粉末" in table[0][0]
    head, line = table[2], table[3]
    row = dict(zip(head, line, strict=True))
    assert row["成果名称"] == "'=叶片激光熔覆修复粉末"
    assert row["单位"] == "乙大学"
    assert (row["成熟度"], row["合作方式"], row["意向价格下限（万元）"]) == ("TRL 7", "许可", 30)
    assert row["为什么匹配"]
    everything = str(table)
    assert "028-12345678" not in everything
    assert "客户名单" not in everything


def test_needs_for_an_achievement_hide_the_enterprise(world):
    university, enterprise = world.university(), world.enterprise(name="甲秘密公司")
    achievement = world.listing(university, "achievements", title="固态电池电解质涂布工艺")
    world.listing(enterprise, "needs", title="固态电池电解质涂布工艺", budget_max="500000")
    world.index()
    found = recommend.for_listing(world.platform, university, "achievements", achievement.id)
    table = str(sheet_of(exports.recommendations_workbook(world.platform, found, achievement)))
    assert "某enterprise" in table
    assert "甲秘密公司" not in table


def test_an_exported_list_comes_back_unchanged(world):
    university = world.university()
    row = world.listing(
        university, "achievements", title="-40 ℃ 电解液", external_id="K1", industry="C38", region="330203", trl=6,
        keywords=["电解液", "低温"], modes=["license", "development"], price_min="123456.78", pay_later=True,
        ip=[{"type": "invention_patent", "number": "ZL202310000000.0", "status": "granted", "expiry": "2043-01-01"}],
        contact_phone="028-00000000",
    )  # fmt: skip
    circles = frozenset({PUBLIC, CONTACT, CONFIDENTIAL})
    data = exports.listings_workbook(world.platform, "achievements", [row], circles=circles)
    told = steps.run(world.platform, university, "achievements", "a.xlsx", data, dry_run=True)
    assert told.problems == ()
    assert told.counts == {"unchanged": 1}
    assert "028" not in str(sheet_of(exports.listings_workbook(world.platform, "achievements", [row])))
