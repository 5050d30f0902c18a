"""The fields of the three libraries, of organisations and of patent lists, in the order people fill them in.

Adding a field: a line here, a column with its migration, the document where it is searched, a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.listings.fields import CONFIDENTIAL, CONTACT, DECLARED, Field

EXTERNAL_ID = Field(
    "external_id", "外部编号", "line", "其他", 120,
    help="您自己系统里的编号；同一编号再次导入时更新原记录，不会重复", example="KJ-2026-0031",
)  # fmt: skip
CONTACTS = (
    Field("contact_name", "联系人", "line", "联系方式", 60, circle=CONTACT, example="李老师"),
    Field("contact_phone", "联系电话", "line", "联系方式", 40, circle=CONTACT, example="028-00000000"),
    Field("contact_email", "联系邮箱", "email", "联系方式", 120, circle=CONTACT, example="name@example.org"),
)

ACHIEVEMENT = (
    Field("title", "成果名称", "line", "成果是什么", 200, required=True,
          help="说清对象、方法和用途，例如“镍基单晶叶片的激光增材修复技术”", example="镍基单晶叶片的激光增材修复技术"),
    Field("summary", "一句话简介", "line", "成果是什么", 120, help="企业在列表里先看到的一句话", example="修复后叶片蠕变寿命达到新品的 92 %"),
    Field("abstract", "成果详情", "text", "成果是什么", 8000,
          help="解决什么问题、原理、关键指标（带单位）、做过哪些验证", example="针对……；关键指标：……；已在……完成验证。"),
    Field("keywords", "关键词", "words", "成果是什么", 10, help="最多 10 个，用顿号或逗号隔开", example="激光熔覆、单晶叶片、修复"),
    Field("discipline", "学科", "choice", "属于哪里", vocabulary="disciplines", example="430 材料科学"),
    Field("industry", "应用行业", "choice", "属于哪里", vocabulary="industries", example="C37"),
    Field("strategic", "战略性新兴产业", "choice", "属于哪里", vocabulary="strategic"),
    Field("region", "所在地区", "choice", "属于哪里", vocabulary="regions", example="四川省成都市"),
    Field("trl", "技术成熟度", "integer", "到了哪一步", 9, vocabulary="trl",
          help="1–9 级（GB/T 22900）；没有评估过就空着，页面显示“未评估”", example="6"),
    Field("forms", "成果形式", "choices", "到了哪一步", 14, vocabulary="forms", example="发明专利、新工艺"),
    Field("ip", "知识产权", "ip", "到了哪一步", 60,
          help="每行一项：类型，号码，状态，到期日", example="发明专利，ZL202310000000.0，已授权，2043-01-01"),
    Field("modes", "合作方式", "choices", "怎样合作", 6, vocabulary="modes", example="许可、开发"),
    Field("pay_later", "先使用后付费", "flag", "怎样合作", help="企业可先试用，见效后再付许可费", example="否"),
    Field("open_license", "开放许可", "flag", "怎样合作", help="已声明专利开放许可", example="否"),
    Field("price_min", "意向价格下限", "money", "怎样合作", help="不填即“面议”", example="30"),
    Field("price_max", "意向价格上限", "money", "怎样合作", example="80"),
    Field("visibility", "谁可以看", "choice", "怎样合作", vocabulary="visibility", default="public", example="public"),
    Field("team", "团队", "line", "联系方式", 120, example="先进增材制造课题组"),
    *CONTACTS,
    EXTERNAL_ID,
)  # fmt: skip

NEED = (
    Field("title", "需求名称", "line", "要解决什么", 200, required=True,
          help="说清对象和要达到的结果，例如“高温合金叶片激光熔覆修复用粉末”", example="高温合金叶片激光熔覆修复用粉末"),
    Field("problem", "要解决的问题", "text", "要解决什么", 8000,
          help="现在怎么做、卡在哪里、试过什么", example="现用粉末修复后热影响区开裂……"),
    Field("indicators", "目标指标", "text", "要解决什么", 3000,
          help="每行一条，带数字和单位，例如“结合强度 ≥ 400 MPa”", example="结合强度 ≥ 400 MPa"),
    Field("constraints", "约束条件", "text", "要解决什么", 3000, help="成本、工期、现场、已有设备等", example="改造停机不超过 7 天"),
    Field("industry", "所属行业", "choice", "属于哪里", vocabulary="industries", example="C37"),
    Field("region", "所在地区", "choice", "属于哪里", vocabulary="regions", help="希望就近合作时匹配会用到", example="浙江省宁波市"),
    Field("budget_min", "预算下限", "money", "预算与时间", example="50"),
    Field("budget_max", "预算上限", "money", "预算与时间", example="80"),
    Field("deadline", "希望完成日期", "date", "预算与时间", example="2027-06-30"),
    Field("expires_on", "需求有效期至", "date", "预算与时间", help="到期自动下线，可随时续期；不填为发布后一年", example="2027-12-31"),
    Field("wanted_trl", "期望成熟度（至少）", "integer", "怎样合作", 9, vocabulary="trl", example="6"),
    Field("wanted_modes", "期望合作方式", "choices", "怎样合作", 6, vocabulary="modes", example="许可、开发"),
    Field("is_bounty", "揭榜挂帅", "flag", "怎样合作", example="否"),
    Field("award", "揭榜奖金", "money", "怎样合作", example=""),
    Field("wants_manager", "愿意由技术经理人协助", "flag", "怎样合作", default=True, example="是"),
    Field("teaser", "公开摘要", "text", "谁能看到什么", 300, help="列表里显示的一段话；不填则取“要解决的问题”开头"),
    Field("confidential", "保密部分", "text", "谁能看到什么", 8000, circle=CONFIDENTIAL,
          help="工艺参数、客户、竞争信息等不便公开的内容"),
    Field("show_name", "公开企业名称", "flag", "谁能看到什么", help="不勾选时只显示“某新材料企业”这样的称呼", example="否"),
    *CONTACTS,
    EXTERNAL_ID,
)  # fmt: skip

TALENT = (
    Field("title", "姓名", "line", "基本情况", 60, required=True, example="周望川"),
    Field("category", "类别", "choice", "基本情况", vocabulary="talent_categories", example="综合性"),
    Field("biography", "从业经历", "text", "基本情况", 4000, help="做过哪些领域、促成过哪类项目、擅长什么"),
    Field("region", "常驻地区", "choice", "基本情况", vocabulary="regions"),
    Field("posts", "从事岗位", "choices", "能做什么", 4, vocabulary="talent_posts"),
    Field("disciplines", "熟悉学科", "choices", "能做什么", 20, vocabulary="disciplines"),
    Field("industries", "熟悉行业", "choices", "能做什么", 20, vocabulary="industries"),
    Field("regions", "服务地区", "choices", "能做什么", 34, vocabulary="regions"),
    Field("languages", "工作语言", "choices", "能做什么", 10, vocabulary="languages"),
    Field("capacity", "同时可承接项目数", "integer", "能做什么", 50, default=5, example="5"),
    Field("certificate_level", "能力等级证书", "choice", "资质", vocabulary="certificate_levels", example="中级"),
    Field("certificate_number", "证书编号", "line", "资质", 60),
    Field("certificate_date", "发证日期", "date", "资质", example="2022-09-30"),
    Field("stars", "备案星级", "integer", "资质", 5, default=0, help="0 表示未备案", example="0"),
    Field("history", "自述业绩", "text", "业绩与任职", 4000,
          help="来平台之前做成的项目，写明年份和结果；页面注明是本人自述，与平台确认的业绩分开显示"),
    Field("affiliations", "任职", "affiliations", "业绩与任职", 20,
          help="单位，职务，起，止；可同时在多家任职，现任的不填“止”", example="青岚理工大学技术转移中心，项目主管，2021-03-01，"),
    Field("relations", "利害关系申报", "relations", "业绩与任职", 20, circle=DECLARED,
          help="自己的企业、持股、近亲属所在单位等：单位，关系，起，止；有关系的项目不会派给您",
          example="岷山叶片修复有限公司，持股或出资，2022-05-01，"),
    EXTERNAL_ID,
)  # fmt: skip

ORGANISATION = (
    replace(EXTERNAL_ID, section="单位"),
    Field("name", "单位名称", "line", "单位", 200, required=True, example="青岚理工大学"),
    Field("uscc", "统一社会信用代码", "uscc", "单位", 18, required=True, help="18 位，营业执照或法人证书上的代码",
          example="91510100MA0000000H"),
    Field("kind", "单位类型", "choice", "单位", vocabulary="organisation_kinds", required=True, example="企业"),
    Field("region", "所在地区", "choice", "单位", vocabulary="regions", example="四川省成都市"),
    Field("public_alias", "不公开名称时的称呼", "line", "单位", 100, help="例如“某新材料企业”", example="某新材料企业"),
    Field("intro", "简介", "text", "单位", 2000),
    Field("website", "网址", "line", "单位", 200, example="https://example.org"),
)  # fmt: skip

PATENT = (
    Field("number", "申请号", "line", "专利", 60, required=True,
          help="12 位数字加校验位；带 ZL、CN 的专利号也可以，只有公开（公告）号的写公开号", example="201810123456.5"),
    Field("title", "专利名称", "line", "专利", 200, required=True, example="一种镍基单晶叶片的激光增材修复方法"),
    Field("type", "专利类型", "choice", "专利", vocabulary="ip_types", help="不填则按申请号认", example="发明专利"),
    Field("publication_number", "公开（公告）号", "line", "专利", 40, example="CN108123456B"),
    Field("status", "法律状态", "choice", "期限与状态", vocabulary="ip_statuses", example="已授权"),
    Field("filed_on", "申请日", "date", "期限与状态", help="到期日由它算出", example="2018-02-08"),
    Field("granted_on", "授权公告日", "date", "期限与状态", example="2020-06-09"),
    Field("expires_on", "到期日", "date", "期限与状态",
          help="不填则从申请日算：发明 20 年，实用新型 10 年，外观设计 15 年（2021-06-01 以前申请的 10 年）"),
    Field("inventors", "发明人", "words", "谁的", 60, each=60, example="张望川、李素心"),
    Field("applicants", "申请人", "words", "谁的", 20, each=120, example="青岚理工大学"),
    Field("ipc", "IPC 分类号", "words", "讲什么", 60, each=40, example="B22F 7/08；C22C 19/05"),
    Field("abstract", "专利摘要", "text", "讲什么", 8000, help="写了摘要，分组更准"),
)  # fmt: skip

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "achievements": ACHIEVEMENT,
    "needs": NEED,
    "talents": TALENT,
    "organisations": ORGANISATION,
    "patents": PATENT,
}


def field_of(library: str, name: str) -> Field:
    """The field called `name`; KeyError when the library has none."""
    return next(f for f in FIELDS[library] if f.name == name)
