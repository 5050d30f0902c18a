"""Rows → index documents: which fields are searched, filtered, counted and sorted by in each library.

What stands here is what strangers can find, so nothing confidential and no contact may enter, and an enterprise's
name only where it lets it be shown. Change a field here and every index's name changes with it (a rebuild).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from indexer.port import Document, LibrarySchema, Tombstone
from repositories.organisations import Organisation
from repositories.projection import Projected

SCHEMAS: Mapping[str, LibrarySchema] = {
    "achievements": LibrarySchema(
        "achievements",
        ("industry", "region", "trl", "modes", "forms", "discipline", "strategic", "ip", "terms", "organisation",
         "visibility"),
        ("published", "trl", "price"),
        "published",
    ),
    "needs": LibrarySchema(
        "needs",
        ("industry", "region", "wanted_trl", "wanted_modes", "modes", "is_bounty", "organisation"),
        ("published", "trl", "budget", "award", "deadline"),
        "published",
    ),
    "talents": LibrarySchema(
        "talents",
        ("industries", "regions", "disciplines", "posts", "certificate_level", "languages", "category", "stars"),
        ("published", "stars", "capacity"),
        "published",
    ),
}  # fmt: skip
"""Money is in fen, days count from 1970-01-01; `published` is the order of browsing, where the unconfirmed sink."""


def document_of(item: Projected) -> Document | Tombstone:
    """The document of a published row, or the tombstone of any other; both carry the projection counter."""
    row: Any = item.row
    if not row.is_public:
        return Tombstone(row.library, row.id, row.projection)
    keywords, numbers, names = _FIELDS[row.library](row, item.organisation)
    document = Document(
        library=row.library,
        id=row.id,
        version=row.projection,
        title=row.title,
        body="\n".join(filter(None, (row.body_text, *names))),
        vector=item.vector,
        keywords={name: tuple(dict.fromkeys(filter(None, values))) for name, values in keywords.items()},
        numbers={name: float(value) for name, value in numbers.items() if value is not None},
        content_hash="",
    )
    return replace(document, content_hash=content_hash(document))


def content_hash(document: Document) -> str:
    """32 hex digits over all that the index holds of a document but its version and vector.

    Of canonical JSON, so that the order in which fields were filled makes no difference.
    """
    content = {
        "library": document.library,
        "id": document.id,
        "title": document.title,
        "body": document.body,
        "keywords": {name: list(values) for name, values in document.keywords.items() if values},
        "numbers": dict(document.numbers),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def regions(code: str) -> tuple[str, ...]:
    """A region with those it lies in (GB/T 2260): 330203 → 330000, 330200, 330203."""
    if len(code) != 6:
        return ()
    return tuple(dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code)))


def industries(code: str) -> tuple[str, ...]:
    """An industry with its section (GB/T 4754): C26 → C, C26."""
    return tuple(dict.fromkeys((code[:1], code))) if code else ()


def day(value: date | datetime | None) -> float | None:
    """Days since 1970-01-01, with the time of day as a fraction so that the newest of one day comes first."""
    if isinstance(value, datetime):
        return value.timestamp() / 86_400
    return float((value - date(1970, 1, 1)).days) if value else None


Fields = tuple[Mapping[str, Iterable[str]], Mapping[str, Any], tuple[str, ...]]


LONG_UNCONFIRMED = 100_000.0
"""Days by which a listing sinks that nobody has confirmed for long: below everything confirmed, and newest first there."""


def _place(row: Any) -> float | None:
    """Where a listing stands in browsing: by the day of its publication."""
    published = day(row.published_at)
    return published - LONG_UNCONFIRMED if published is not None and row.stale else published


def _achievement(row: Any, organisation: Organisation | None) -> Fields:
    flags = (name for name in ("pay_later", "open_license") if getattr(row, name))
    keywords = {
        "industry": industries(row.industry),
        "region": regions(row.region),
        "trl": (str(row.trl) if row.trl else "",),
        "modes": row.modes or (),
        "forms": row.forms or (),
        "discipline": (row.discipline,),
        "strategic": (row.strategic,),
        "ip": (right.get("type", "") for right in row.ip or ()),
        "terms": flags,
        "organisation": (str(organisation.id),) if organisation else (),
        "visibility": (row.visibility,),
    }
    price = row.price_min if row.price_min is not None else row.price_max
    numbers = {"published": _place(row), "trl": row.trl, "price": price}
    return keywords, numbers, (row.team, organisation.name if organisation else "")


def _need(row: Any, organisation: Organisation | None) -> Fields:
    named = organisation if row.show_name else None
    wanted = row.wanted_modes or ()
    keywords = {
        "industry": industries(row.industry),
        "region": regions(row.region),
        "wanted_trl": (str(row.wanted_trl) if row.wanted_trl else "",),
        "wanted_modes": wanted,
        "modes": wanted,
        "is_bounty": ("yes" if row.is_bounty else "no",),
        "organisation": (str(named.id),) if named else (),
    }
    budget = row.budget_max if row.budget_max is not None else row.budget_min
    numbers = {"published": _place(row), "trl": row.wanted_trl, "budget": budget, "award": row.award,
               "deadline": day(row.deadline)}  # fmt: skip
    return keywords, numbers, (named.name if named else "",)


def _talent(row: Any, organisation: Organisation | None) -> Fields:
    keywords = {
        "industries": (code for each in row.industries or () for code in industries(each)),
        "regions": (code for each in row.regions or () for code in regions(each)),
        "disciplines": row.disciplines or (),
        "posts": row.posts or (),
        "certificate_level": (row.certificate_level,),
        "languages": row.languages or (),
        "category": (row.category,),
        "stars": (str(row.stars),),
    }
    numbers = {"published": _place(row), "stars": row.stars, "capacity": row.capacity}
    return keywords, numbers, tuple(str(each.get("organisation", "")) for each in row.affiliations or ())


_FIELDS = {"achievements": _achievement, "needs": _need, "talents": _talent}
