"""Alembic's entry: migrations run on the connection, and in the transaction, that the program hands in."""

from alembic import context

from surefoot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
