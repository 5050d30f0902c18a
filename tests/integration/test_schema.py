"""Migrations on both databases: up, down, up again, and no difference between what they make and what the code says."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from repositories import schema
from repositories.database import Database
from repositories.needs import Need
from repositories.organisations import Organisation
from tests.support import World


@pytest.fixture
def database(address: str) -> Database:
    """An empty database."""
    return Database(address)


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(database: Database) -> None:
    assert not schema.is_current(database)
    schema.upgrade(database)
    assert tables(database) == set(schema.metadata.tables)
    assert schema.is_current(database)
    schema.upgrade(database)
    schema.downgrade(database, "base")
    assert tables(database) == set()
    assert not schema.is_current(database)
    schema.upgrade(database)
    assert tables(database) == set(schema.metadata.tables)
    database.close()


def test_models_and_migrations_agree(database: Database) -> None:
    schema.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        assert compare_metadata(context, schema.metadata) == []
    database.close()


def test_indexes_and_keys_have_the_names_the_models_give(database: Database) -> None:
    schema.upgrade(database)
    found = inspect(database.engine)
    for name, table in schema.metadata.tables.items():
        kept = {i["name"] for i in found.get_indexes(name) if not i.get("duplicates_constraint")}
        assert kept == {i.name for i in table.indexes}, name
        assert len(found.get_foreign_keys(name)) == len(table.foreign_keys), name
        said = {
            (k["constrained_columns"][0], k["options"].get("ondelete")) for k in found.get_foreign_keys(name)
        }
        assert said == {(k.parent.name, k.ondelete) for k in table.foreign_keys}, name
    database.close()


def test_a_failed_migration_leaves_nothing_behind(database: Database) -> None:
    """On both databases a migration is one transaction: what it began is not there when it stumbles."""

    def half_done() -> None:
        with database.write() as session:
            for _ in range(2):
                session.execute(text("CREATE TABLE half (id INTEGER)"))

    with pytest.raises(DBAPIError):
        half_done()
    assert "half" not in tables(database)
    database.close()


def test_every_foreign_key_holds(both: World) -> None:
    """Nothing can point at what is not there, and what is pointed at cannot go unless the key says so."""
    database = both.platform.database
    actor = both.enterprise()
    both.listing(actor, "needs", published=False, title="需求")
    for row in (
        Need(title="x", organisation_id=999_999), Need(title="x", account_id=999_999),
        Organisation(name="x", kind="enterprise", parent_id=999_999),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), database.write() as session:
            session.add(row)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("DELETE FROM organisations"))
    with database.write() as session:
        session.execute(text("DELETE FROM accounts WHERE id = :id"), {"id": actor.account_id})
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT account_id FROM needs")).scalars().all() == [None]
        assert connection.execute(text("SELECT count(*) FROM login_sessions")).scalar() == 0


def test_unique_things_are_unique(both: World) -> None:
    database = both.platform.database
    both.organisation("同名单位")
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Organisation(name="同名单位", kind="enterprise"))
    with database.write() as session:
        session.add_all([Organisation(name=f"无代码{n}", kind="enterprise", uscc=None) for n in range(2)])


def test_numbers_given_twice_before_they_had_to_be_unique_are_told_apart(both: World) -> None:
    database, uni = both.platform.database, both.university()
    rows = [
        both.listing(uni, "achievements", published=False, title="甲", external_id=f"N{n}") for n in range(3)
    ]
    schema.downgrade(database, "0001")
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE achievements SET external_id = 'N'"))
        connection.commit()
    schema.upgrade(database)
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT external_id FROM achievements ORDER BY id")).scalars().all()
    assert found == ["N", f"N#{rows[1].id}", f"N#{rows[2].id}"]
