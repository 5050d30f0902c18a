"""alike: which entries of a run are nearly the same, frozen with it

Revision ID: 0006
Revises: 0005
"""

from alembic import op
import sqlalchemy as sa
import repositories.database


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('match_runs', sa.Column('alike', repositories.database.Json, nullable=True))


def downgrade() -> None:
    op.drop_column('match_runs', 'alike')
