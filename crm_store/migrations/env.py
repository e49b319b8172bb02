"""Alembic's entry: runs on the connection `crm_store.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection, text

from crm_store.migrations.scope import is_ours
from crm_store.models import Base

connection: Connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Two processes started at once must not both migrate; the number is "akrab" in ASCII.
    connection.execute(text("SELECT pg_advisory_xact_lock(418246058338)"))
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=is_ours,
    compare_type=True,
    render_as_batch=True,
)
context.run_migrations()
