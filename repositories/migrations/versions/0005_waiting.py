"""waiting: which withdrawals the index has not heard of is asked by every page

Revision ID: 0005
Revises: 0004
"""

from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_outbox_jobs_library', table_name='outbox_jobs')
    op.create_index('ix_outbox_jobs_library_fact', 'outbox_jobs', ['library', 'fact'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_outbox_jobs_library_fact', table_name='outbox_jobs')
    op.create_index('ix_outbox_jobs_library', 'outbox_jobs', ['library'], unique=False)
