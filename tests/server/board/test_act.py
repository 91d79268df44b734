"""What people do at the board is recorded, and is not done where it cannot be."""

import json
from contextlib import closing
from typing import Any

import pytest

from cop.access.audit.log import AuditLog
from cop.query.service import QueryService
from cop.store.audit.head import HEAD_FILE
from cop.store.audit.search import AuditQuery
from tests.support.hub import HELLO, NEVER_DRAWN, Connect, say

pytestmark = pytest.mark.access


def test_who_takes_leaves_draws_and_erases_is_recorded(
    service: QueryService, connect: Connect
) -> None:
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True)
        say(socket, release=True)
    with closing(AuditLog(service.warehouse.settings)) as log:
        found = log.search(AuditQuery(who="chief"))
        assert log.verify().is_whole
    ended = [(one.action, one.subject, one.outcome) for one in found]
    assert ("take", "board", "done") in ended
    assert ("leave", "board", "done") in ended
    assert ("erase", f"annotation {NEVER_DRAWN}", "refused") in ended


def test_the_board_is_not_taken_where_that_cannot_be_recorded(
    service: QueryService, connect: Connect
) -> None:
    head = service.warehouse.folder / HEAD_FILE
    with connect() as socket:
        socket.send_text(json.dumps(HELLO))
        say(socket, take=True)
        say(socket, release=True)
        kept = head.read_bytes()
        head.write_text("no head")
        try:
            socket.send_text(json.dumps({"take": True}))
            heard: list[dict[str, Any]] = []
            while not heard or "refused" not in heard[-1]:
                heard.append(json.loads(socket.receive_text()))
        finally:
            head.write_bytes(kept)
        assert "head of the audit record cannot be read" in heard[-1]["refused"]
    assert service.warehouse.room.journal.board().presenter is None
