"""What people do at the board is recorded, and is not done where it cannot be."""

import json
from contextlib import closing
from typing import Any

import pytest

from cop.access.audit.log import AuditLog
from cop.access.viewer import Viewer
from cop.query.service import QueryService
from cop.store.audit.head import HEAD_FILE
from cop.store.audit.search import AuditQuery
from tests.support.hub import HELLO, NEVER_DRAWN, Connect, opened_table, say

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


PLACE = {"shape": "point", "title": "Camp", "coordinates": [[-110.9, 31.4]]}


def person(name: str, *roles: str) -> Viewer:
    return Viewer(
        id=f"local:{name}", name=name, agency="JTF", roles=frozenset(roles), highest="TLP:RED",
        verified=True, origin="local",
    )  # fmt: skip


def test_shown_an_annotation_is_marked_lower_by_a_curator_with_a_reason(
    service: QueryService,
) -> None:
    people = {"Ana": person("Ana", "analyst"), "Cleo": person("Cleo", "curator")}
    annotations = service.room.annotations
    with opened_table(service, people) as seat:
        ana, cleo = (seat(who, key) for key, who in enumerate(people, start=1))
        ana.say(draw=PLACE | {"marking": "TLP:GREEN"})
        ana.hear_until('"drawn"')
        (drawn,) = (one for one in annotations.list() if one.drawing.title == "Camp")
        change = PLACE | {"replaces": drawn.id}
        ana.say(draw=change | {"marking": "TLP:AMBER//REL TO JTF"})
        ana.hear_until('"drawn"')
        for lower in ("TLP:GREEN//REL TO JTF", "TLP:AMBER", "TLP:AMBER//REL TO DPS, JTF"):
            ana.say(draw=change | {"marking": lower}, reason="Agreed")
            assert "curator" in ana.hear_until('"refused"')
        cleo.say(draw=change | {"marking": "TLP:AMBER"})
        assert "state a reason" in cleo.hear_until('"refused"')
        assert annotations.history(drawn.id)[0].marking == "TLP:AMBER//REL TO JTF"
        cleo.say(draw=change | {"marking": "TLP:AMBER"}, reason="The sheriff is to know")
        cleo.hear_until('"drawn"')
        assert annotations.history(drawn.id)[0].marking == "TLP:AMBER"
        annotations.erase(drawn.id, by="Ana")
    with closing(AuditLog(service.warehouse.settings)) as log:
        (found,) = log.search(AuditQuery(action="lower marking"))
    assert (found.subject, found.who) == (f"annotation {drawn.id}", "local:Cleo")
    assert found.details["reason"] == "The sheriff is to know"
    assert found.details["marking"] == "TLP:AMBER"
