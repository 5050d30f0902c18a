"""large libraries: no page and no recurring task looks at every listing

Revision ID: 0010
Revises: 0009
"""

from alembic import op
import sqlalchemy as sa


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

LIBRARIES = ('achievements', 'needs', 'talents')


def _indexes(library: str) -> dict[str, list[str]]:
    seen_by = ['visibility'] if library == 'achievements' else []
    return {
        f'ix_{library}_newest': ['state', 'stale', 'published_at', 'id', *seen_by],
        f'ix_{library}_owner': ['organisation_id', 'state', 'updated_at', 'confirmed_on'],
        f'ix_{library}_title': ['title'],
        f'ix_{library}_expiring': ['state', 'expires_on'],
        f'ix_{library}_unconfirmed': ['state', 'stale', 'confirmed_on'],
    }


def upgrade() -> None:
    parked = sa.text('parked_at IS NOT NULL')
    op.create_index('ix_outbox_jobs_parked', 'outbox_jobs', ['parked_at'], sqlite_where=parked, postgresql_where=parked)
    for library in LIBRARIES:
        for name, columns in _indexes(library).items():
            op.create_index(name, library, columns, unique=False)
        # Both are the beginning of a new one.
        op.drop_index(f'ix_{library}_organisation_id', table_name=library)
        op.drop_index(f'ix_{library}_expires_on', table_name=library)


def downgrade() -> None:
    for library in reversed(LIBRARIES):
        op.create_index(f'ix_{library}_expires_on', library, ['expires_on'], unique=False)
        op.create_index(f'ix_{library}_organisation_id', library, ['organisation_id'], unique=False)
        for name in reversed(_indexes(library)):
            op.drop_index(name, table_name=library)
    op.drop_index('ix_outbox_jobs_parked', table_name='outbox_jobs')
