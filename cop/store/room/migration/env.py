"""What Alembic runs for an upgrade: on the connection that the store of the room has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
