"""The JSON API under /api/v1: the same use cases as the pages, for programs.

`register` is all the rest of the platform needs. Modules declare routes on one blueprint when they are imported.
"""

from __future__ import annotations

from flask import Flask

from services.accounts import PERSON
from services.listings.catalogue import FIELDS
from web.api import (
    deals,
    docs,
    doctor,
    files,
    introductions,
    leads,
    listings,
    managers,
    matching,
    operations,
    patents,
    people,
    proposals,
    record,
    teams,
    temperature,
    uploads,
)
from web.api.blueprint import JsonApi, api
from web.api.schemas import ALIASES, SINGULAR
from web.security import csrf

MODULES = (
    listings,
    files,
    record,
    patents,
    matching,
    teams,
    temperature,
    doctor,
    introductions,
    leads,
    proposals,
    deals,
    managers,
    uploads,
    people,
    operations,
)
TAGS = (
    ("技术成果", "成果库：检索、录入、修改、发布"),
    ("技术需求", "需求库：检索、录入、修改、发布"),
    ("技术转移人才", "人才库：检索、录入、修改、发布"),
    ("推荐与匹配", "两个方向的推荐，带理由与提醒；不登录也能先试"),
    ("引荐", "请求、答复，双方同意后开放联系方式"),
    ("线索", "给技术经理人的成对需求与成果：排序、理由、回答"),
    ("代拟需求", "技术经理人替企业填写，企业确认后成为它的需求"),
    ("对接项目", "立项、双方答复、阶段、终止与经过"),
    ("专利清单", "本单位的知识产权，成组确认后成为成果"),
    ("导入", "表格批量录入，逐行报告"),
    ("账户", "注册、令牌、自己、通知"),
    ("单位", "单位的公开信息"),
    ("平台运营", "审核、核验、调阅"),
    ("参考", "词表与排序说明"),
)
DESCRIPTION = (
    "三库的 JSON 接口。令牌放在 Authorization: Bearer 里；金额是元，写成两位小数的文字；日期 YYYY-MM-DD，"
    "时间 RFC 3339；出错时回答 application/problem+json，errors 里逐字段说明。"
)


def register(app: Flask) -> None:
    """Add the API and its documentation to the application."""
    app.config.update(API_TITLE="三库 API", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    described = JsonApi(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    described.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    app.register_blueprint(api)
    for name, description in TAGS:
        described.spec.tag({"name": name, "description": description})
    api.register_views_in_doc(described, app, described.spec, name=api.name, parameters=None)
    _mark_required(described)
    app.extensions["sanku-api"] = described
    csrf.exempt(api)
    app.register_blueprint(docs.blueprint)


def _mark_required(described: JsonApi) -> None:
    """Say which fields a new listing needs. The schemas do not insist, so that the services can name every fault at
    once instead of the missing ones first."""
    schemas = described.spec.components.schemas
    for library, name in SINGULAR.items():
        renamed = {target: alias for alias, target in ALIASES.get(library, {}).items()}
        needed = [renamed.get(f.name, f.name) for f in FIELDS[library] if f.required]
        schemas[f"{name}Input"]["x-required-when-new"] = needed
    needed = [f.name for f in PERSON if f.required]
    schemas["Registration"]["x-required-when-new"] = [*needed, "role", "password"]
