"""An audit record of either kind for every test that asks for one."""

from tests.support.kind import either, room_database, shared_room  # noqa: F401 fixtures
