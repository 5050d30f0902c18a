"""files

Files of listings, deals and profiles; a number an organisation gave is unique among its listings; listings paused
with their organisation; what an organisation wants shown of it and nobody has read yet.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
import sqlalchemy as sa
import repositories.database


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

LIBRARIES = ('achievements', 'needs', 'talents')
NUMBERED = sa.text('external_id IS NOT NULL AND NOT is_demo')


def upgrade() -> None:
    op.create_table('files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_kind', sa.String(length=30), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('let_through', sa.Boolean(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_files_account_id_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_files'))
    )
    with op.batch_alter_table('files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_files_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_files_content_hash'), ['content_hash'], unique=False)
        batch_op.create_index('uq_files_owner_content', ['owner_kind', 'owner_id', 'content_hash'], unique=True)

    op.add_column('organisations', sa.Column('proposed', repositories.database.Json, nullable=True))
    for library in LIBRARIES:
        op.add_column(library, sa.Column('suspended', sa.Boolean(), server_default=sa.false(), nullable=False))
        # Two listings of one owner with the same number: the older keeps it, the younger's says which row it is.
        op.execute(f"""
            UPDATE {library} SET external_id = substr(external_id, 1, 100) || '#' || id
            WHERE organisation_id IS NOT NULL AND external_id IS NOT NULL AND NOT is_demo AND EXISTS (
                SELECT 1 FROM {library} AS older
                WHERE older.organisation_id = {library}.organisation_id
                AND older.external_id = {library}.external_id AND NOT older.is_demo AND older.id < {library}.id)
        """)
        op.create_index(
            f'uq_{library}_owner_number', library, ['organisation_id', 'external_id'], unique=True,
            sqlite_where=NUMBERED, postgresql_where=NUMBERED,
        )


def downgrade() -> None:
    for library in reversed(LIBRARIES):
        op.drop_index(f'uq_{library}_owner_number', table_name=library)
        op.drop_column(library, 'suspended')
    op.drop_column('organisations', 'proposed')
    with op.batch_alter_table('files', schema=None) as batch_op:
        batch_op.drop_index('uq_files_owner_content')
        batch_op.drop_index(batch_op.f('ix_files_content_hash'))
        batch_op.drop_index(batch_op.f('ix_files_account_id'))

    op.drop_table('files')
