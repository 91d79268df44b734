"""The verifier checks what is stored at its start, after a publish, and where there is doubt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.query.verifier import Verifier
from cop.settings import StoreSettings
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.dataset.schema import EVENTS
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_bit, flip_random_bit
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = [pytest.mark.trust, pytest.mark.store]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(40))
    warehouse = Warehouse(store)
    yield warehouse
    warehouse.close()


def test_it_has_work_at_its_start_after_a_publish_and_in_doubt_alone(warehouse: Warehouse) -> None:
    verifier = Verifier(warehouse, every_s=60)
    assert verifier.verify_if_due()
    assert not verifier.verify_if_due()
    publish_events(warehouse.settings, make_frame(60))
    assert verifier.verify_if_due()
    assert warehouse.snapshot.version == 2
    assert not verifier.verify_if_due()
    flip_bit(Path(warehouse.snapshot.catalogue.files[EVENTS][0]))
    assert verifier.verify_if_due()
    assert [row.dataset for row in warehouse.snapshot.quarantine] == [EVENTS]
    assert not verifier.verify_if_due()


def test_a_damaged_catalogue_is_replaced_while_the_server_runs(warehouse: Warehouse) -> None:
    verifier = Verifier(warehouse, every_s=60)
    verifier.verify_if_due()
    path = warehouse.folder / CATALOGUE_FILE
    whole = path.read_bytes()
    flip_random_bit(path, seed=3)
    assert verifier.verify_if_due()
    assert path.read_bytes() == whole
    assert warehouse.snapshot.quarantine == ()


def test_the_thread_goes_on_after_a_fault(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = Verifier(warehouse, every_s=0.01)
    calls: list[int] = []

    def fail() -> bool:
        calls.append(1)
        if len(calls) == 3:
            verifier._stopped.set()
        raise ValueError("no luck")

    monkeypatch.setattr(verifier, "verify_if_due", fail)
    verifier.start()
    verifier._thread.join(timeout=60)
    assert (len(calls), verifier.fault) == (3, "no luck")
    verifier.stop()
