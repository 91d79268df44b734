"""Warehouses with files and with a database, for backups of both."""

from tests.support.either import filed, room_database, shared, shared_room  # noqa: F401 fixtures
