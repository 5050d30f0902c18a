"""技术成果库: what universities and institutes offer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from repositories.database import Base
from repositories.listing import ListingColumns


class Achievement(ListingColumns, Base):
    """One achievement (技术成果). Money is integer fen; None means 面议, a missing maturity 未评估."""

    __tablename__ = "achievements"
    library = "achievements"

    summary: Mapped[str] = mapped_column(String(120), default="")
    abstract: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list] = mapped_column(default=list)
    discipline: Mapped[str] = mapped_column(String(3), default="")
    industry: Mapped[str] = mapped_column(String(4), default="", index=True)
    strategic: Mapped[str] = mapped_column(String(40), default="")
    trl: Mapped[int | None]
    forms: Mapped[list] = mapped_column(default=list)
    ip: Mapped[list] = mapped_column(default=list)
    team: Mapped[str] = mapped_column(String(120), default="")
    modes: Mapped[list] = mapped_column(default=list)
    pay_later: Mapped[bool] = mapped_column(default=False)
    open_license: Mapped[bool] = mapped_column(default=False)
    price_min: Mapped[int | None] = mapped_column(BigInteger)
    price_max: Mapped[int | None] = mapped_column(BigInteger)
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(120), default="")
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    leads_revision: Mapped[int] = mapped_column(default=0)
    """The revision leads were made for (`repositories.lead_making`)."""

    @property
    def embedding_text(self) -> str:
        """What its vector is of: title and one-line summary."""
        return f"{self.title}。{self.summary}" if self.summary else self.title

    @property
    def body_text(self) -> str:
        """The words beside the title, for word search and body features."""
        return body_of(self)


def body_of(row: Any) -> str:
    """The same of any row that carries summary, keywords and abstract (a model or selected columns)."""
    return "\n".join(filter(None, (row.summary, " ".join(row.keywords or ()), row.abstract)))
