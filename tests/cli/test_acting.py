"""Acts of commands in the audit record."""

from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.cli.acting import name_actor, recording
from cop.cli.base import name_user
from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.version import CATALOGUE_FILE

pytestmark = pytest.mark.access


@pytest.fixture
def store(tmp_path: Path) -> StoreSettings:
    (tmp_path / CATALOGUE_FILE).touch()
    return StoreSettings(data=tmp_path)


def test_it_is_recorded_before_and_after_by_whom(store: StoreSettings) -> None:
    with recording(store, "publish", "layer a", by="Ana"):
        (begun,) = AuditLog(store).file.read()
    _, done = AuditLog(store).file.read()
    assert (begun.outcome, done.outcome) == ("begun", "done")
    assert (done.who, done.name, done.origin) == ("operator", "Ana", "this machine")
    assert done.details == {"user": name_user()}
    assert name_actor().name == name_user()


def test_where_there_is_no_warehouse_nothing_is_created(tmp_path: Path) -> None:
    nothing = StoreSettings(data=tmp_path / "nothing")
    with pytest.raises(StoreError), recording(nothing, "backup", "warehouse"):
        raise StoreError("no warehouse")
    with recording(nothing, "publish", "layer"):
        pass
    assert not nothing.data.exists()


def test_a_new_warehouse_has_its_first_act(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path)
    with recording(store, "load", "source a"):
        (tmp_path / CATALOGUE_FILE).touch()
    (done,) = AuditLog(store).file.read()
    assert (done.action, done.outcome) == ("load", "done")
    with recording(StoreSettings(data=tmp_path / "new"), "restore", "warehouse", is_new=True):
        pass
    assert len([*AuditLog(StoreSettings(data=tmp_path / "new")).file.read()]) == 2
