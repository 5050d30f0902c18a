"""managers: leads, deals, assignments, needs written for others, patents

Revision ID: 0003
Revises: 0002
"""

from alembic import op
import sqlalchemy as sa
import repositories.database


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('need_proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('asked_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('answered_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answerer_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answerer_id'], ['accounts.id'], name=op.f('fk_need_proposals_answerer_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['manager_id'], ['accounts.id'], name=op.f('fk_need_proposals_manager_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_need_proposals_need_id_needs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_need_proposals_organisation_id_organisations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_proposals')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_need_proposals_link_hash')),
    sa.UniqueConstraint('need_id', name=op.f('uq_need_proposals_need_id'))
    )
    with op.batch_alter_table('need_proposals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_need_proposals_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_proposals_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_proposals_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('patent_bundles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=True),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_patent_bundles_achievement_id_achievements'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decided_by'], ['accounts.id'], name=op.f('fk_patent_bundles_decided_by_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_patent_bundles_organisation_id_organisations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patent_bundles'))
    )
    with op.batch_alter_table('patent_bundles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patent_bundles_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_patent_bundles_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_patent_bundles_state'), ['state'], unique=False)

    op.create_table('leads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(length=20), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_leads_achievement_id_achievements'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['match_entries.id'], name=op.f('fk_leads_entry_id_match_entries'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_leads_need_id_needs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leads'))
    )
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_leads_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_leads_closed_at'), ['closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_leads_created_at'), ['created_at'], unique=False)
        batch_op.create_index('uq_leads_pair', ['need_id', 'achievement_id'], unique=True)

    op.create_table('patents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('publication_number', sa.String(length=40), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('ipc', repositories.database.Json, nullable=False),
    sa.Column('inventors', repositories.database.Json, nullable=False),
    sa.Column('applicants', repositories.database.Json, nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=True),
    sa.Column('granted_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('bundle_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_patents_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['bundle_id'], ['patent_bundles.id'], name=op.f('fk_patents_bundle_id_patent_bundles'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_patents_organisation_id_organisations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patents'))
    )
    with op.batch_alter_table('patents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_patents_bundle_id'), ['bundle_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_patents_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index('uq_patents_owner_number', ['organisation_id', 'number'], unique=True)

    op.create_table('deals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('achievement_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('university_id', sa.Integer(), nullable=False),
    sa.Column('introduction_id', sa.Integer(), nullable=True),
    sa.Column('finder_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('opened_by', sa.String(length=20), nullable=False),
    sa.Column('opener_id', sa.Integer(), nullable=True),
    sa.Column('message', sa.String(length=1000), nullable=False),
    sa.Column('enterprise_agreed_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('university_agreed_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer_due_on', sa.Date(), nullable=False),
    sa.Column('asked_languages', repositories.database.Json, nullable=False),
    sa.Column('asked_posts', repositories.database.Json, nullable=False),
    sa.Column('asked_certificate', sa.String(length=10), nullable=False),
    sa.Column('asked_region', sa.String(length=6), nullable=False),
    sa.Column('end_reason', sa.String(length=30), nullable=False),
    sa.Column('end_note', sa.String(length=1000), nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('stage_since', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['achievement_id'], ['achievements.id'], name=op.f('fk_deals_achievement_id_achievements'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['enterprise_id'], ['organisations.id'], name=op.f('fk_deals_enterprise_id_organisations'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['entry_id'], ['match_entries.id'], name=op.f('fk_deals_entry_id_match_entries'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['finder_id'], ['talents.id'], name=op.f('fk_deals_finder_id_talents'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['introduction_id'], ['introductions.id'], name=op.f('fk_deals_introduction_id_introductions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_deals_need_id_needs'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['opener_id'], ['accounts.id'], name=op.f('fk_deals_opener_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['university_id'], ['organisations.id'], name=op.f('fk_deals_university_id_organisations'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deals'))
    )
    with op.batch_alter_table('deals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deals_achievement_id'), ['achievement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_answer_due_on'), ['answer_due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_enterprise_id'), ['enterprise_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_deals_university_id'), ['university_id'], unique=False)
        batch_op.create_index('uq_deals_open_pair', ['need_id', 'achievement_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('lead_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('talent_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('viewed_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lead_id'], ['leads.id'], name=op.f('fk_lead_answers_lead_id_leads'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talent_id'], ['talents.id'], name=op.f('fk_lead_answers_talent_id_talents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_answers'))
    )
    with op.batch_alter_table('lead_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_answers_talent_id'), ['talent_id'], unique=False)
        batch_op.create_index('uq_lead_answers_lead_talent', ['lead_id', 'talent_id'], unique=True)

    op.create_table('deal_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('side', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('circle', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_deal_events_account_id_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_deal_events_deal_id_deals'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_events'))
    )
    with op.batch_alter_table('deal_events', schema=None) as batch_op:
        batch_op.create_index('ix_deal_events_deal_at', ['deal_id', 'id'], unique=False)

    op.create_table('manager_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('ranker', sa.String(length=60), nullable=False),
    sa.Column('considered', sa.Integer(), nullable=False),
    sa.Column('rejections', repositories.database.Json, nullable=False),
    sa.Column('created_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_manager_runs_deal_id_deals'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_manager_runs')),
    sa.UniqueConstraint('key', name=op.f('uq_manager_runs_key'))
    )
    with op.batch_alter_table('manager_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_manager_runs_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_manager_runs_deal_id'), ['deal_id'], unique=False)

    op.create_table('manager_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('talent_id', sa.Integer(), nullable=False),
    sa.Column('talent_revision', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('load', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('contributions', repositories.database.Json, nullable=False),
    sa.Column('reasons', repositories.database.Json, nullable=False),
    sa.Column('cautions', repositories.database.Json, nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['manager_runs.id'], name=op.f('fk_manager_entries_run_id_manager_runs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talent_id'], ['talents.id'], name=op.f('fk_manager_entries_talent_id_talents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_manager_entries'))
    )
    with op.batch_alter_table('manager_entries', schema=None) as batch_op:
        batch_op.create_index('ix_manager_entries_run', ['run_id', 'rank'], unique=False)
        batch_op.create_index(batch_op.f('ix_manager_entries_talent_id'), ['talent_id'], unique=False)

    op.create_table('assignments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('talent_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('offered_by', sa.Integer(), nullable=True),
    sa.Column('offered_at', repositories.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('answered_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', repositories.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_assignments_deal_id_deals'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['manager_entries.id'], name=op.f('fk_assignments_entry_id_manager_entries'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offered_by'], ['accounts.id'], name=op.f('fk_assignments_offered_by_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['talent_id'], ['talents.id'], name=op.f('fk_assignments_talent_id_talents'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignments_deal_id'), ['deal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignments_due_on'), ['due_on'], unique=False)
        batch_op.create_index('ix_assignments_talent_state', ['talent_id', 'state'], unique=False)
        batch_op.create_index('uq_assignments_active_deal', ['deal_id'], unique=True, sqlite_where=sa.text("state IN ('offered', 'accepted')"), postgresql_where=sa.text("state IN ('offered', 'accepted')"))

    op.add_column('talents', sa.Column('relations', repositories.database.Json, server_default='[]', nullable=False))
    op.add_column('talents', sa.Column('history', sa.Text(), server_default='', nullable=False))

    # Which published listings still need their leads: no queue to fill, so that no bulk update can forget it.
    due = sa.text("state || '' = 'published' AND leads_revision <> revision AND organisation_id IS NOT NULL")
    for library in ('needs', 'achievements'):
        op.add_column(library, sa.Column('leads_revision', sa.Integer(), server_default='0', nullable=False))
        op.create_index(f'ix_{library}_leads_due', library, ['id'], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    for library in ('achievements', 'needs'):
        op.drop_index(f'ix_{library}_leads_due', table_name=library)
        op.drop_column(library, 'leads_revision')
    op.drop_column('talents', 'history')
    op.drop_column('talents', 'relations')
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_index('uq_assignments_active_deal', sqlite_where=sa.text("state IN ('offered', 'accepted')"), postgresql_where=sa.text("state IN ('offered', 'accepted')"))
        batch_op.drop_index('ix_assignments_talent_state')
        batch_op.drop_index(batch_op.f('ix_assignments_due_on'))
        batch_op.drop_index(batch_op.f('ix_assignments_deal_id'))

    op.drop_table('assignments')
    with op.batch_alter_table('manager_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_manager_entries_talent_id'))
        batch_op.drop_index('ix_manager_entries_run')

    op.drop_table('manager_entries')
    with op.batch_alter_table('manager_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_manager_runs_deal_id'))
        batch_op.drop_index(batch_op.f('ix_manager_runs_created_at'))

    op.drop_table('manager_runs')
    with op.batch_alter_table('deal_events', schema=None) as batch_op:
        batch_op.drop_index('ix_deal_events_deal_at')

    op.drop_table('deal_events')
    with op.batch_alter_table('lead_answers', schema=None) as batch_op:
        batch_op.drop_index('uq_lead_answers_lead_talent')
        batch_op.drop_index(batch_op.f('ix_lead_answers_talent_id'))

    op.drop_table('lead_answers')
    with op.batch_alter_table('deals', schema=None) as batch_op:
        batch_op.drop_index('uq_deals_open_pair', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_deals_university_id'))
        batch_op.drop_index(batch_op.f('ix_deals_state'))
        batch_op.drop_index(batch_op.f('ix_deals_is_demo'))
        batch_op.drop_index(batch_op.f('ix_deals_enterprise_id'))
        batch_op.drop_index(batch_op.f('ix_deals_created_at'))
        batch_op.drop_index(batch_op.f('ix_deals_answer_due_on'))
        batch_op.drop_index(batch_op.f('ix_deals_achievement_id'))

    op.drop_table('deals')
    with op.batch_alter_table('patents', schema=None) as batch_op:
        batch_op.drop_index('uq_patents_owner_number')
        batch_op.drop_index(batch_op.f('ix_patents_expires_on'))
        batch_op.drop_index(batch_op.f('ix_patents_bundle_id'))

    op.drop_table('patents')
    with op.batch_alter_table('leads', schema=None) as batch_op:
        batch_op.drop_index('uq_leads_pair')
        batch_op.drop_index(batch_op.f('ix_leads_created_at'))
        batch_op.drop_index(batch_op.f('ix_leads_closed_at'))
        batch_op.drop_index(batch_op.f('ix_leads_achievement_id'))

    op.drop_table('leads')
    with op.batch_alter_table('patent_bundles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patent_bundles_state'))
        batch_op.drop_index(batch_op.f('ix_patent_bundles_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_patent_bundles_achievement_id'))

    op.drop_table('patent_bundles')
    with op.batch_alter_table('need_proposals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_need_proposals_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_need_proposals_manager_id'))
        batch_op.drop_index(batch_op.f('ix_need_proposals_due_on'))

    op.drop_table('need_proposals')
