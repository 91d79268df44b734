"""Single bits of stored files flipped, as a tired disk does: what a server then notices and says.

A warehouse with one of each kind of file is damaged one bit at a time. What is asked of it before
and after is the same; a flip is told, healed, or in bits that nothing reads.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.model.filter import Filter
from cop.model.uploaded import Declaration
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.query.verifier import Verifier
from cop.settings import StoreSettings
from cop.store.catalogue.recovery import clean_up
from cop.store.catalogue.version import CATALOGUE_FILE, QUARANTINE_FOLDER
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_bit, random_bits
from tests.support.layer import make_features, write_draft
from tests.support.raster import publish_raster
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.upload import write_photo

KINDS: Final[dict[str, str]] = {
    "data": "datasets/main/events/*/*.parquet",
    "catalogue": CATALOGUE_FILE,
    "raster": "rasters/*.tif",
    "photo": "photos/*.jpg",
}
"""Each kind of file that is flipped, and where it lies below the warehouse."""
NOTICED, UNREAD, UNNOTICED, WRONG = "noticed", "unread", "unnoticed", "wrong"


@dataclass(frozen=True, kw_only=True)
class FlipOutcome:
    """What became of one flipped bit: one of NOTICED, UNREAD, UNNOTICED, WRONG."""

    kind: str
    path: str
    bit: int
    outcome: str


def build_target(folder: Path) -> StoreSettings:
    """Build a warehouse with events, a raster layer and a photo."""
    settings = StoreSettings(data=folder / "warehouse")
    publish_events(settings, make_frame(60))
    publish_raster(settings.data)
    draft = folder / "photo-draft"
    write_draft(draft, make_features())
    write_photo(draft / "photo.jpg")
    publish_layer(settings, read_draft(draft), Declaration(title="Crossing"), by="Ana")
    return settings


def flip_each(settings: StoreSettings, kind: str, n: int, *, seed: int) -> Iterator[FlipOutcome]:
    """Flip n bits of a kind of file, one at a time, and put each back."""
    files = sorted(settings.data.glob(KINDS[kind]))
    truth = _ask(settings)
    for path, bit in random_bits(files, n, seed=seed):
        whole = path.read_bytes()
        name = path.relative_to(settings.data).as_posix()
        try:
            flip_bit(path, bit)
            outcome = _judge(settings, truth, path, whole)
        finally:
            path.write_bytes(whole)
            shutil.rmtree(settings.data / QUARANTINE_FOLDER, ignore_errors=True)
        yield FlipOutcome(kind=kind, path=name, bit=bit, outcome=outcome)


def _judge(settings: StoreSettings, truth: dict[str, Any], path: Path, whole: bytes) -> str:
    """Start as a server does, and compare what it then says."""
    clean_up(settings)
    with closing(Warehouse(settings)) as warehouse:
        Verifier(warehouse, every_s=60).verify_if_due()
        is_told = bool(warehouse.snapshot.quarantine)
        answers = _answer(warehouse)
    is_healed = path.read_bytes() == whole
    wrong = [name for name, said in answers.items() if said not in (None, truth[name])]
    if wrong:
        return WRONG
    return NOTICED if is_told or is_healed else UNNOTICED


def _ask(settings: StoreSettings) -> dict[str, Any]:
    with closing(Warehouse(settings)) as warehouse:
        return _answer(warehouse)


def _answer(warehouse: Warehouse) -> dict[str, Any]:
    """Ask for totals by kind and by day, and the sha256 of what layers show beside the datasets."""
    service = QueryService(warehouse, tile_cache_mb=1)
    view = service.view(Filter(records="real"))
    answers: dict[str, Any] = {
        by: read_summary(service, view, by).total for by in ("kind", "day", "segment")
    }
    for layer in view.snapshot.uploaded.values():
        for path in (layer.content.raster, layer.content.photo):
            if path is not None:
                shown: Callable[[str], Path] = warehouse.check_sound
                answers[path] = None if warehouse.is_lost(path) else shown(path).read_bytes()
    return answers
