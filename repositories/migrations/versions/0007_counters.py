"""counters: whether any public profile has changed is asked by every list of managers

Revision ID: 0007
Revises: 0006
"""

from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_talents_counters', 'talents', ['state', 'projection', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_talents_counters', table_name='talents')
