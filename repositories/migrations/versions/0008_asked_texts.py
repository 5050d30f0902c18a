"""asked texts: a need's vector is of its title and the beginning of its text, no longer of the title alone

Every need gets the key of its new text and goes to the index anew; vectors under the old keys wait there for a downgrade.

Revision ID: 0008
Revises: 0007
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HEAD = 90
needs = sa.table(
    'needs',
    *(sa.column(name) for name in ('id', 'state', 'title', 'teaser', 'problem', 'indicators', 'constraints', 'vector_key', 'projection')),
)  # fmt: skip
jobs = sa.table(
    "outbox_jobs",
    *(sa.column(name) for name in ("library", "subject_id", "fact", "leased_by", "attempts", "error")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "available_at")),
)


def upgrade() -> None:
    _rekey(_title_and_head)


def downgrade() -> None:
    _rekey(lambda row: row.title)


def _title_and_head(row: sa.Row) -> str:
    body = "\n".join(filter(None, (row.teaser, row.problem, row.indicators, row.constraints)))
    head = " ".join(body[:HEAD].split())
    return f"{row.title}\n{head}" if head else row.title


def _rekey(text_of: Callable[[sa.Row], str]) -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    for row in connection.execute(sa.select(needs)).all():
        key = hashlib.sha256(f"query\x00{text_of(row)}".encode()).hexdigest()
        if key == row.vector_key:
            continue
        connection.execute(
            needs.update().where(needs.c.id == row.id).values(vector_key=key, projection=row.projection + 1)
        )
        if row.state == "published":
            connection.execute(
                jobs.insert().values(
                    library='needs', subject_id=row.id, fact='edited', leased_by='', attempts=0, error='',
                    created_at=now, available_at=now,
                )
            )  # fmt: skip
