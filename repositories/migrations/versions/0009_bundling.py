"""bundling: patents of a large house are bundled beside the request

Revision ID: 0009
Revises: 0008
"""

from alembic import op
import sqlalchemy as sa
import repositories.database


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('bundling_runs',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('patents', sa.Integer(), nullable=False),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.Column('started_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_bundling_runs_organisation_id_organisations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_bundling_runs'))
    )


def downgrade() -> None:
    op.drop_table('bundling_runs')
