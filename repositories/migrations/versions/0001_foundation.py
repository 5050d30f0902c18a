"""foundation

Revision ID: 0001
Revises: 
"""

from alembic import op
import sqlalchemy as sa
import repositories.database


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('login_failures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_failures'))
    )
    with op.batch_alter_table('login_failures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_failures_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_failures_key'), ['key'], unique=False)

    op.create_table('match_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('library', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('subject_revision', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(length=6), nullable=False),
    sa.Column('filters', repositories.database.Json, nullable=False),
    sa.Column('ranker', sa.String(length=60), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('index_state', sa.String(length=120), nullable=False),
    sa.Column('considered', sa.Integer(), nullable=False),
    sa.Column('facets', repositories.database.Json, nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_runs')),
    sa.UniqueConstraint('key', name=op.f('uq_match_runs_key'))
    )
    with op.batch_alter_table('match_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_runs_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_match_runs_subject', ['library', 'subject_id'], unique=False)

    op.create_table('organisations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('public_alias', sa.String(length=100), nullable=False),
    sa.Column('intro', sa.Text(), nullable=False),
    sa.Column('website', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('state_reason', sa.String(length=500), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['organisations.id'], name=op.f('fk_organisations_parent_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations')),
    sa.UniqueConstraint('external_id', name=op.f('uq_organisations_external_id')),
    sa.UniqueConstraint('name', name=op.f('uq_organisations_name')),
    sa.UniqueConstraint('uscc', name=op.f('uq_organisations_uscc'))
    )
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisations_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_organisations_state'), ['state'], unique=False)

    op.create_table('outbox_jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('library', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(length=20), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('available_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leased_until', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('leased_by', sa.String(length=60), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=500), nullable=False),
    sa.Column('parked_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_jobs'))
    )
    with op.batch_alter_table('outbox_jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_jobs_available_at'), ['available_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_jobs_library'), ['library'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_jobs_subject_id'), ['subject_id'], unique=False)

    op.create_table('scheduled_tasks',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('next_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_scheduled_tasks'))
    )
    op.create_table('vectors',
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('model_id', sa.String(length=120), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('content_hash', 'model_id', name=op.f('pk_vectors'))
    )
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('mail_notices', sa.Boolean(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_login_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('erased_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_accounts_organisation_id_organisations'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('email', name=op.f('uq_accounts_email'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_role'), ['role'], unique=False)

    op.create_table('achievements',
    sa.Column('summary', sa.String(length=120), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('keywords', repositories.database.Json, nullable=False),
    sa.Column('discipline', sa.String(length=3), nullable=False),
    sa.Column('industry', sa.String(length=4), nullable=False),
    sa.Column('strategic', sa.String(length=40), nullable=False),
    sa.Column('trl', sa.Integer(), nullable=True),
    sa.Column('forms', repositories.database.Json, nullable=False),
    sa.Column('ip', repositories.database.Json, nullable=False),
    sa.Column('team', sa.String(length=120), nullable=False),
    sa.Column('modes', repositories.database.Json, nullable=False),
    sa.Column('pay_later', sa.Boolean(), nullable=False),
    sa.Column('open_license', sa.Boolean(), nullable=False),
    sa.Column('price_min', sa.BigInteger(), nullable=True),
    sa.Column('price_max', sa.BigInteger(), nullable=True),
    sa.Column('contact_name', sa.String(length=60), nullable=False),
    sa.Column('contact_phone', sa.String(length=40), nullable=False),
    sa.Column('contact_email', sa.String(length=120), nullable=False),
    sa.Column('visibility', sa.String(length=10), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('return_reason', sa.String(length=1000), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('projection', sa.Integer(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('reviewed_content', repositories.database.Json, nullable=True),
    sa.Column('vector_key', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_achievements_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_achievements_organisation_id_organisations'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_achievements'))
    )
    with op.batch_alter_table('achievements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_achievements_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_external_id'), ['external_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_industry'), ['industry'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_published_at'), ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_achievements_state'), ['state'], unique=False)

    op.create_table('api_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_api_tokens_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_account_id'), ['account_id'], unique=False)

    op.create_table('audit_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('object_type', sa.String(length=30), nullable=False),
    sa.Column('object_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('detail', repositories.database.Json, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_audit_rows_account_id_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_rows'))
    )
    with op.batch_alter_table('audit_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_rows_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_rows_at'), ['at'], unique=False)
        batch_op.create_index('ix_audit_rows_object', ['object_type', 'object_id'], unique=False)

    op.create_table('import_batches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('library', sa.String(length=20), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('publish', sa.Boolean(), nullable=False),
    sa.Column('good_only', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('counts', repositories.database.Json, nullable=False),
    sa.Column('notes', repositories.database.Json, nullable=False),
    sa.Column('beat_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_import_batches_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_import_batches_organisation_id_organisations'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batches'))
    )
    with op.batch_alter_table('import_batches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_batches_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_batches_created_at'), ['created_at'], unique=False)

    op.create_table('login_sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('agent', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_login_sessions_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_login_sessions'))
    )
    with op.batch_alter_table('login_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_sessions_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_sessions_expires_at'), ['expires_at'], unique=False)

    op.create_table('mail_links',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('expires_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_mail_links_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_mail_links'))
    )
    with op.batch_alter_table('mail_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_links_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_links_expires_at'), ['expires_at'], unique=False)

    op.create_table('needs',
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('indicators', sa.Text(), nullable=False),
    sa.Column('constraints', sa.Text(), nullable=False),
    sa.Column('teaser', sa.String(length=300), nullable=False),
    sa.Column('confidential', sa.Text(), nullable=False),
    sa.Column('budget_min', sa.BigInteger(), nullable=True),
    sa.Column('budget_max', sa.BigInteger(), nullable=True),
    sa.Column('industry', sa.String(length=4), nullable=False),
    sa.Column('wanted_trl', sa.Integer(), nullable=True),
    sa.Column('wanted_modes', repositories.database.Json, nullable=False),
    sa.Column('is_bounty', sa.Boolean(), nullable=False),
    sa.Column('award', sa.BigInteger(), nullable=True),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('show_name', sa.Boolean(), nullable=False),
    sa.Column('wants_manager', sa.Boolean(), nullable=False),
    sa.Column('contact_name', sa.String(length=60), nullable=False),
    sa.Column('contact_phone', sa.String(length=40), nullable=False),
    sa.Column('contact_email', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('return_reason', sa.String(length=1000), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('projection', sa.Integer(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('reviewed_content', repositories.database.Json, nullable=True),
    sa.Column('vector_key', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_needs_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_needs_organisation_id_organisations'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_needs'))
    )
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_needs_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_external_id'), ['external_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_industry'), ['industry'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_published_at'), ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_needs_state'), ['state'], unique=False)

    op.create_table('notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.String(length=1000), nullable=False),
    sa.Column('href', sa.String(length=300), nullable=False),
    sa.Column('in_inbox', sa.Boolean(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('read_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('mail_state', sa.String(length=10), nullable=False),
    sa.Column('mail_attempts', sa.Integer(), nullable=False),
    sa.Column('mail_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_notices_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_account_read', ['account_id', 'read_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_notices_mail_state'), ['mail_state'], unique=False)

    op.create_table('talents',
    sa.Column('category', sa.String(length=10), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('certificate_level', sa.String(length=10), nullable=False),
    sa.Column('certificate_number', sa.String(length=60), nullable=False),
    sa.Column('certificate_date', sa.Date(), nullable=True),
    sa.Column('posts', repositories.database.Json, nullable=False),
    sa.Column('disciplines', repositories.database.Json, nullable=False),
    sa.Column('industries', repositories.database.Json, nullable=False),
    sa.Column('regions', repositories.database.Json, nullable=False),
    sa.Column('languages', repositories.database.Json, nullable=False),
    sa.Column('affiliations', repositories.database.Json, nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('biography', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('return_reason', sa.String(length=1000), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('projection', sa.Integer(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('reviewed_content', repositories.database.Json, nullable=True),
    sa.Column('vector_key', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_talents_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_talents_organisation_id_organisations'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talents'))
    )
    with op.batch_alter_table('talents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talents_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_external_id'), ['external_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_published_at'), ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_talents_state'), ['state'], unique=False)

    op.create_table('confidential_vectors',
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.String(length=120), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_confidential_vectors_need_id_needs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', 'model_id', name=op.f('pk_confidential_vectors'))
    )
    op.create_table('import_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('raw', repositories.database.Json, nullable=False),
    sa.Column('errors', repositories.database.Json, nullable=False),
    sa.Column('hint', sa.String(length=200), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_import_rows_batch_id_import_batches'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_rows'))
    )
    with op.batch_alter_table('import_rows', schema=None) as batch_op:
        batch_op.create_index('ix_import_rows_batch_number', ['batch_id', 'number'], unique=True)

    op.create_table('match_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('need_revision', sa.Integer(), nullable=False),
    sa.Column('achievement_revision', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('contributions', repositories.database.Json, nullable=False),
    sa.Column('reasons', repositories.database.Json, nullable=False),
    sa.Column('cautions', repositories.database.Json, nullable=False),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_match_entries_achievement_id_achievements'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_match_entries_need_id_needs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['run_id'], ['match_runs.id'], name=op.f('fk_match_entries_run_id_match_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_entries'))
    )
    with op.batch_alter_table('match_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_entries_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_match_entries_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_match_entries_run_id'), ['run_id'], unique=False)

    op.create_table('introductions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('shown_entry_id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(length=20), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=True),
    sa.Column('message', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('answered_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answerer_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_introductions_achievement_id_achievements'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['answerer_id'], ['accounts.id'], name=op.f('fk_introductions_answerer_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['asker_id'], ['accounts.id'], name=op.f('fk_introductions_asker_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['entry_id'], ['match_entries.id'], name=op.f('fk_introductions_entry_id_match_entries'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_introductions_need_id_needs'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['shown_entry_id'], ['match_entries.id'], name=op.f('fk_introductions_shown_entry_id_match_entries'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introductions'))
    )
    with op.batch_alter_table('introductions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introductions_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introductions_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_introductions_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introductions_state'), ['state'], unique=False)
        batch_op.create_index('uq_introductions_open_pair', ['need_id', 'achievement_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))

    op.create_table('passes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_passes_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_passes_achievement_id_achievements'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['match_entries.id'], name=op.f('fk_passes_entry_id_match_entries'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_passes_need_id_needs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passes'))
    )
    with op.batch_alter_table('passes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passes_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index('uq_passes_pair_side', ['need_id', 'achievement_id', 'side'], unique=True)



def downgrade() -> None:
    with op.batch_alter_table('passes', schema=None) as batch_op:
        batch_op.drop_index('uq_passes_pair_side')
        batch_op.drop_index(batch_op.f('ix_passes_achievement_id'))

    op.drop_table('passes')
    with op.batch_alter_table('introductions', schema=None) as batch_op:
        batch_op.drop_index('uq_introductions_open_pair', sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))
        batch_op.drop_index(batch_op.f('ix_introductions_state'))
        batch_op.drop_index(batch_op.f('ix_introductions_need_id'))
        batch_op.drop_index(batch_op.f('ix_introductions_due_on'))
        batch_op.drop_index(batch_op.f('ix_introductions_achievement_id'))

    op.drop_table('introductions')
    with op.batch_alter_table('match_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_entries_run_id'))
        batch_op.drop_index(batch_op.f('ix_match_entries_need_id'))
        batch_op.drop_index(batch_op.f('ix_match_entries_achievement_id'))

    op.drop_table('match_entries')
    with op.batch_alter_table('import_rows', schema=None) as batch_op:
        batch_op.drop_index('ix_import_rows_batch_number')

    op.drop_table('import_rows')
    op.drop_table('confidential_vectors')
    with op.batch_alter_table('talents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_talents_state'))
        batch_op.drop_index(batch_op.f('ix_talents_published_at'))
        batch_op.drop_index(batch_op.f('ix_talents_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_talents_is_demo'))
        batch_op.drop_index(batch_op.f('ix_talents_external_id'))
        batch_op.drop_index(batch_op.f('ix_talents_expires_on'))
        batch_op.drop_index(batch_op.f('ix_talents_account_id'))

    op.drop_table('talents')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notices_mail_state'))
        batch_op.drop_index('ix_notices_account_read')

    op.drop_table('notices')
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_needs_state'))
        batch_op.drop_index(batch_op.f('ix_needs_published_at'))
        batch_op.drop_index(batch_op.f('ix_needs_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_needs_is_demo'))
        batch_op.drop_index(batch_op.f('ix_needs_industry'))
        batch_op.drop_index(batch_op.f('ix_needs_external_id'))
        batch_op.drop_index(batch_op.f('ix_needs_expires_on'))
        batch_op.drop_index(batch_op.f('ix_needs_account_id'))

    op.drop_table('needs')
    with op.batch_alter_table('mail_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_links_expires_at'))
        batch_op.drop_index(batch_op.f('ix_mail_links_account_id'))

    op.drop_table('mail_links')
    with op.batch_alter_table('login_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_sessions_expires_at'))
        batch_op.drop_index(batch_op.f('ix_login_sessions_account_id'))

    op.drop_table('login_sessions')
    with op.batch_alter_table('import_batches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_batches_created_at'))
        batch_op.drop_index(batch_op.f('ix_import_batches_account_id'))

    op.drop_table('import_batches')
    with op.batch_alter_table('audit_rows', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_rows_object')
        batch_op.drop_index(batch_op.f('ix_audit_rows_at'))
        batch_op.drop_index(batch_op.f('ix_audit_rows_action'))

    op.drop_table('audit_rows')
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_tokens_account_id'))

    op.drop_table('api_tokens')
    with op.batch_alter_table('achievements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_achievements_state'))
        batch_op.drop_index(batch_op.f('ix_achievements_published_at'))
        batch_op.drop_index(batch_op.f('ix_achievements_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_achievements_is_demo'))
        batch_op.drop_index(batch_op.f('ix_achievements_industry'))
        batch_op.drop_index(batch_op.f('ix_achievements_external_id'))
        batch_op.drop_index(batch_op.f('ix_achievements_expires_on'))
        batch_op.drop_index(batch_op.f('ix_achievements_account_id'))

    op.drop_table('achievements')
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accounts_role'))
        batch_op.drop_index(batch_op.f('ix_accounts_organisation_id'))

    op.drop_table('accounts')
    op.drop_table('vectors')
    op.drop_table('scheduled_tasks')
    with op.batch_alter_table('outbox_jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_jobs_subject_id'))
        batch_op.drop_index(batch_op.f('ix_outbox_jobs_library'))
        batch_op.drop_index(batch_op.f('ix_outbox_jobs_available_at'))

    op.drop_table('outbox_jobs')
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisations_state'))
        batch_op.drop_index(batch_op.f('ix_organisations_kind'))

    op.drop_table('organisations')
    with op.batch_alter_table('match_runs', schema=None) as batch_op:
        batch_op.drop_index('ix_match_runs_subject')
        batch_op.drop_index(batch_op.f('ix_match_runs_created_at'))

    op.drop_table('match_runs')
    with op.batch_alter_table('login_failures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_failures_key'))
        batch_op.drop_index(batch_op.f('ix_login_failures_at'))

    op.drop_table('login_failures')
