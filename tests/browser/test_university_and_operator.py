"""A university lists an achievement and sees who needs it; an operator reviews, checks an organisation, opens a secret."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from services import accounts
from tests.browser import stage
from tests.browser.conftest import Open, Site
from tests.browser.walking import expect_flash, number_in, own_need, reload_until
from tests.support import next_uscc

pytestmark = pytest.mark.browser
both_widths = pytest.mark.parametrize("width", [1440, 390])


@both_widths
def test_list_an_achievement_and_see_who_needs_it(open_page: Open, width: int) -> None:
    page = open_page("university", width)
    page.goto("/achievements/mine")
    page.get_by_role("link", name="登记成果").click()
    page.get_by_label("成果名称").fill(f"运营公路隧道衬砌病害车载快速普查装置 {width}")
    page.get_by_label(re.compile("^一句话简介")).fill(
        "六十公里时速一次通过，识别衬砌裂缝和内部脱空，不封道。"
    )
    page.get_by_label(re.compile("^技术成熟度")).select_option("7")
    page.get_by_label("许可", exact=True).check()
    page.get_by_role("button", name="提交审核").click()
    expect(page).to_have_url(re.compile(r"/achievements/\d+$"))
    expect(page.get_by_text("等待平台审核").first).to_be_visible()
    expect(page.get_by_role("heading", name="需要它的企业需求")).to_be_visible()
    first = page.locator(".entry").first
    expect(first.get_by_role("heading")).to_contain_text("隧道衬砌")
    expect(first.locator(".reason").first).to_be_visible()
    page.goto("/achievements/mine?state=submitted")
    expect(page.locator(".row-item", has_text=f"普查装置 {width}")).to_be_visible()


@both_widths
def test_review_by_three_keys(site: Site, open_page: Open, width: int) -> None:
    word = {1440: "蔗渣", 390: "椰壳"}[width]
    titles = [f"{word}活性炭再生炉节能改造", f"{word}板材甲醛释放量控制", f"{word}纤维改性做汽车内饰"]
    ids = [own_need(site.platform, stage.ENTERPRISE, submit=True, title=title) for title in titles]
    page = open_page("operator", width)
    page.goto(f"/operator/review?library=needs&at={ids[0]}")
    title = page.locator(".review-title")
    expect(title).to_have_text(titles[0])
    page.keyboard.press("n")
    expect(title).to_have_text(titles[1])
    page.keyboard.press("p")
    expect_flash(page, f"已发布：{titles[1]}")
    page.goto(f"/operator/review?library=needs&at={ids[2]}")
    page.keyboard.press("r")
    reason = page.get_by_label(re.compile("退回原因"))
    expect(reason).to_be_focused()
    page.keyboard.type("请写明现在的释放量和目标值。")
    page.get_by_role("button", name=re.compile("^退回")).click()
    expect_flash(page, f"已退回：{titles[2]}")
    owner = open_page("enterprise", width)
    owner.goto(f"/needs/{ids[2]}")
    expect(owner.get_by_text("请写明现在的释放量和目标值。").first).to_be_visible()
    visitor = open_page(width=width)
    visitor.goto(f"/needs?q={word}板材甲醛")
    reload_until(visitor, lambda: visitor.get_by_role("link", name=titles[1]).count() > 0)


@both_widths
def test_an_organisation_is_approved_and_told(site: Site, open_page: Open, width: int) -> None:
    name = f"等待核验的第{width}家机械有限公司"
    accounts.register(
        site.platform,
        {"role": "enterprise", "organisation_name": name, "uscc": next_uscc(), "name": "李工",
         "email": f"waiting{width}@example.org", "password": stage.PASSWORD},
    )  # fmt: skip
    page = open_page("operator", width)
    page.goto("/operator/organisations")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="核验通过").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(f"/operator/organisations?state=approved&q={name}")
    expect(page.get_by_role("link", name=name)).to_be_visible()


@both_widths
def test_the_confidential_part_is_opened_with_a_reason_its_owner_sees(
    site: Site, open_page: Open, width: int
) -> None:
    secret, why = f"配方由第{width}供应商独家提供", f"核对第 {width} 号举报"
    need = own_need(
        site.platform, stage.ENTERPRISE, submit=True, title=f"密封件老化快 {width}", confidential=secret
    )
    page = open_page("operator", width)
    page.goto(f"/needs/{need}")
    expect(page.get_by_text(secret)).to_have_count(0)
    page.goto(f"/operator/confidential/{need}")
    page.get_by_label(re.compile("原因")).fill(why)
    page.get_by_role("button", name="调阅").click()
    expect(page.get_by_text(secret)).to_be_visible()
    owner = open_page("enterprise", width)
    owner.goto("/inbox")
    owner.locator(".row-item.new", has_text=re.compile("调阅")).first.get_by_role("link").click()
    assert number_in(owner.url) == need
    expect(owner.get_by_text("平台运营调阅过保密部分 1 次")).to_be_visible()
    expect(owner.get_by_text(why)).to_be_visible()


@both_widths
def test_the_state_of_the_machinery(open_page: Open, width: int) -> None:
    page = open_page("operator", width)
    page.goto("/operator/review")
    page.get_by_role("navigation", name="平台运营").get_by_role("link", name="系统状态").click()
    expect(page.get_by_role("heading", name="系统状态", level=1)).to_be_visible()
    expect(page.get_by_text("（就绪）")).to_be_visible()
    expect(page.get_by_role("region", name="索引").get_by_role("row")).to_have_count(4)
