"""A room of either kind for every test that asks for one."""

from tests.support.either import either, filed, room_database, shared, shared_room  # noqa: F401
