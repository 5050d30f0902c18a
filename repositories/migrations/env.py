"""Runs migrations over the connection of `repositories.schema`; there is no alembic.ini to keep in step."""

from typing import Any

from alembic import context
from sqlalchemy import JSON

from repositories.schema import metadata


def render(kind: str, item: Any, _context: Any) -> str | bool:
    """Write JSON columns by our own name for them: Alembic spells the variant so that it cannot be imported."""
    return "repositories.database.Json" if kind == "type" and isinstance(item, JSON) else False


database = context.config.attributes["database"]

with database.engine.connect().execution_options(sanku_write=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
