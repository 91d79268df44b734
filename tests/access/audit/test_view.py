"""Views of what is restricted: once for each session and subject, and never unrecorded."""

import threading
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.access.audit.view import ViewRecorder
from cop.errors import AuditError
from cop.model.audit import Actor
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

ANA = Actor(who="local:ana", name="Ana")
SHOWN = {"layer a": "TLP:RED", "source b": "TLP:AMBER//REL TO DPS", "source c": "TLP:AMBER"}


def recorder(log: AuditLog) -> ViewRecorder:
    return ViewRecorder(log, shipped_policy().records_view)


def entries(log: AuditLog) -> list[tuple[str, str, str]]:
    return [(one.who, one.action, one.subject) for one in log.file.read()]


def test_each_session_is_recorded_once_for_each_subject(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path))
    views = recorder(log)
    assert not views.knows("one", "map")
    views.note(ANA, "one", "map", SHOWN)
    assert views.knows("one", "map")
    views.note(ANA, "one", "page", SHOWN)
    own = [("local:ana", "view", "layer a"), ("local:ana", "view", "source b")]
    assert entries(log) == own
    assert not views.knows("two", "map")
    views.note(ANA, "two", "map", SHOWN, as_="DPS")
    assert entries(log) == own * 2
    last = log.file.last()
    assert last is not None
    assert last.details == {"marking": "TLP:AMBER//REL TO DPS", "view_as": "DPS"}
    views.note(ANA, "one", "later", {"layer a": "TLP:AMBER+STRICT"})
    assert len(entries(log)) == 5, "another marking is another view"
    log.close()


def test_tiles_that_are_asked_for_at_once_are_one_view(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path))
    views = recorder(log)
    threads = [
        threading.Thread(target=views.note, args=(ANA, "one", "map", SHOWN)) for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(log)) == 2
    log.close()


def test_what_cannot_be_recorded_is_asked_again(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path))
    views = recorder(log)
    (tmp_path / HEAD_FILE).write_text("no head")
    with pytest.raises(AuditError, match="head of the audit record"):
        views.note(ANA, "one", "map", SHOWN)
    assert not views.knows("one", "map")
    views.note(ANA, "one", "page", {"source c": "TLP:AMBER"})
    (tmp_path / HEAD_FILE).unlink()
    views.note(ANA, "one", "map", SHOWN)
    assert len(entries(log)) == 2
    log.close()


def test_a_session_that_goes_on_without_end_is_recorded_again(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path))
    views = ViewRecorder(log, shipped_policy().records_view, remembered_s=0)
    for _ in range(2):
        views.note(ANA, "one", "map", {"layer a": "TLP:RED"})
    assert len(entries(log)) == 2
    log.close()
