"""技术需求库: what enterprises look for.

`confidential` belongs to its owner's circle: it is in no index document, and only the owner's own match run
reads it. Whoever adds a query here that leaves this file with that column must say for whom.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from repositories.database import Base
from repositories.listing import ListingColumns

VECTOR_HEAD = 90
"""Characters of the text that take part in the vector: of 40, 90, 200 and 400 none is better on the labels, and a short
text is encoded twice as fast as one of 200."""


class Need(ListingColumns, Base):
    """One need (技术需求). Money is integer fen."""

    __tablename__ = "needs"
    library = "needs"
    embedding_kind: ClassVar[Literal["query", "passage"]] = "query"

    problem: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[str] = mapped_column(Text, default="")
    constraints: Mapped[str] = mapped_column(Text, default="")
    teaser: Mapped[str] = mapped_column(String(300), default="")
    confidential: Mapped[str] = mapped_column(Text, default="")
    budget_min: Mapped[int | None] = mapped_column(BigInteger)
    budget_max: Mapped[int | None] = mapped_column(BigInteger)
    industry: Mapped[str] = mapped_column(String(4), default="", index=True)
    wanted_trl: Mapped[int | None]
    wanted_modes: Mapped[list] = mapped_column(default=list)
    is_bounty: Mapped[bool] = mapped_column(default=False)
    award: Mapped[int | None] = mapped_column(BigInteger)
    deadline: Mapped[date | None]
    show_name: Mapped[bool] = mapped_column(default=False)
    wants_manager: Mapped[bool] = mapped_column(default=True)
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(120), default="")
    leads_revision: Mapped[int] = mapped_column(default=0)
    """The revision leads were made for (`repositories.lead_making`)."""

    @property
    def embedding_text(self) -> str:
        """What its public vector is of: the title, and in a second line how the public text begins."""
        return asked_text(self.title, self.body_text)

    @property
    def body_text(self) -> str:
        """The public words beside the title; never the confidential part."""
        return body_of(self)


def asked_text(title: str, text: str) -> str:
    """A need's title and the beginning of its text as the two lines `indexer.encoding.encode` makes one vector of."""
    head = " ".join(text[:VECTOR_HEAD].split())
    return f"{title}\n{head}" if head else title


def body_of(row: Any) -> str:
    """The same of any row that carries the public texts (a model or selected columns)."""
    return "\n".join(filter(None, (row.teaser, row.problem, row.indicators, row.constraints)))
