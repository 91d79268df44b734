"""Records of a further SYNTHETIC source, marked so that not everyone may read them."""

from contextlib import closing
from pathlib import Path

import numpy as np

from cop.bench.ingest import build_bench_profile, draw_tables, write_csv
from cop.ingest.sandbox.reader import SandboxReader
from cop.ingest.sink.event import ingest_events
from cop.settings import StoreSettings, UploadSettings
from cop.store.warehouse import Warehouse

MARKING, HIGHEST_OF_OTHERS = "TLP:AMBER+STRICT", "TLP:AMBER"


def load_withheld(settings: StoreSettings, folder: Path, n: int, *, seed: int) -> int:
    """Load ``n`` events near the border that are marked MARKING; return how many there are."""
    if not n:
        return 0
    with closing(Warehouse(settings)) as warehouse:
        files = list(warehouse.snapshot.catalogue.files_of("segments"))
        spots = warehouse.query(
            "SELECT ST_X(ST_Centroid(geometry)), ST_Y(ST_Centroid(geometry)) "
            "FROM read_parquet($files)",
            {"files": files},
        )
    path = folder / "withheld.csv"
    write_csv(path, draw_tables(np.array(spots), n, seed))
    reader = SandboxReader(settings=UploadSettings.model_construct(), memory_mb=settings.memory_mb)
    profile = build_bench_profile(path, marking=MARKING)
    report = ingest_events(settings, path, profile, reader=reader)
    path.unlink()
    return report.accepted
