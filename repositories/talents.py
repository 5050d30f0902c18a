"""技术转移人才库: technology managers. Their record is derived from deals, never typed in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base
from repositories.listing import ListingColumns


class Talent(ListingColumns, Base):
    """One technology manager's profile; `title` is the name, so that one index shape serves all libraries."""

    __tablename__ = "talents"
    library = "talents"

    category: Mapped[str] = mapped_column(String(10), default="")
    stars: Mapped[int] = mapped_column(default=0)
    certificate_level: Mapped[str] = mapped_column(String(10), default="")
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    certificate_date: Mapped[date | None]
    posts: Mapped[list] = mapped_column(default=list)
    disciplines: Mapped[list] = mapped_column(default=list)
    industries: Mapped[list] = mapped_column(default=list)
    regions: Mapped[list] = mapped_column(default=list)
    languages: Mapped[list] = mapped_column(default=list)
    affiliations: Mapped[list] = mapped_column(default=list)
    relations: Mapped[list] = mapped_column(default=list)
    """Declared ties (own company, shares, family): {organisation, kind, since, until}; for 回避, never shown."""
    history: Mapped[str] = mapped_column(Text, default="")
    """自述业绩: what the person says; shown apart from what the platform's deals confirm."""
    capacity: Mapped[int] = mapped_column(default=5)
    biography: Mapped[str] = mapped_column(Text, default="")

    @property
    def embedding_text(self) -> str:
        """What the profile's vector is of: the beginning of the biography; the name means nothing."""
        return self.biography[:200] or self.title

    @property
    def body_text(self) -> str:
        """The words of the profile."""
        return "\n".join(filter(None, (self.biography, self.history)))


# Every list of managers asks whether any profile has changed (`repositories.roster`): this answers it alone.
Index("ix_talents_counters", Talent.state, Talent.projection, Talent.id)


def of_account(session: Session, account_id: int) -> Talent | None:
    """The profile a person keeps about himself or herself."""
    return session.scalar(select(Talent).where(Talent.account_id == account_id).order_by(Talent.id).limit(1))
