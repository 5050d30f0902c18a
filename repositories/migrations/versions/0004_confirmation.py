"""confirmation: listings whose owner was asked whether they still stand, and has not said so

Revision ID: 0004
Revises: 0003
"""

from alembic import op
import sqlalchemy as sa


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

LIBRARIES = ('achievements', 'needs', 'talents')


def upgrade() -> None:
    for library in LIBRARIES:
        op.add_column(library, sa.Column('stale', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for library in reversed(LIBRARIES):
        op.drop_column(library, 'stale')
