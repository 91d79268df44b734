"""What a package shows to its receiver: for its sender, and before it is taken."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa

from cop.errors import PackageError
from cop.exchange.incoming import place_rows, read_package_content
from cop.exchange.layer_file import StatedLayer, convert_layers
from cop.exchange.manifest import Manifest
from cop.exchange.outgoing import Node
from cop.exchange.package import open_package
from cop.exchange.personal import leave_out_personal
from cop.exchange.request_file import REQUESTS_FILE, GivenRequest, parse_requests
from cop.model.partner import NodeCard
from cop.query.given.source import GivenSource
from cop.store.dataset.locate import Locator

_COUNTED: Final = ("kind", "county", "marking", "precision", "origin")
MOST_SHOWN: Final = 1_000
_FOR_OWNER: Final = 0o700
_SHOWN: Final = ("kind", "count", "unit", "occurred_at", "lon", "lat", "uncertainty_m", "precision",
                 "county", "marking", "synthetic", "origin", "origin_source", "path", "hops_left",
                 "attributes")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PackageInsight:
    """What a package holds: its manifest, counts of its records by column, its first records.

    ``layers`` are as they are stated, with their features in the manifest. ``left_out`` are
    attributes and columns about persons, which no receiver takes.
    """

    manifest: Manifest
    sources: tuple[GivenSource, ...]
    counts: Mapping[str, Mapping[str, int]]
    n: int
    withdrawn: int
    layers: tuple[StatedLayer, ...]
    layers_withdrawn: int
    requests: tuple[GivenRequest, ...]
    synthetic: int
    left_out: tuple[str, ...]
    first: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON."""
        return {
            "manifest": self.manifest.model_dump(mode="json"),
            "sources": [source.model_dump(mode="json") for source in self.sources],
            "counts": {name: dict(found) for name, found in self.counts.items()},
            "records": self.n,
            "withdrawn": self.withdrawn,
            "layers": [
                {**layer.given.model_dump(mode="json"), "features": layer.file.rows}
                for layer in self.layers
            ],
            "layers_withdrawn": self.layers_withdrawn,
            "requests": [request.model_dump(mode="json") for request in self.requests],
            "synthetic": self.synthetic,
            "left_out": list(self.left_out),
            "first": json.loads(json.dumps(self.first, default=str)),
        }


def look_into(
    path: Path,
    *,
    node: Node,
    find_sender: Callable[[str], NodeCard],
    locator: Locator | None,
    n_first: int = 5,
    out: Path | None = None,
) -> PackageInsight:
    """Open a package that this server made, or that is for it, and change nothing.

    It is checked as its receiver checks it, but for its number and its time: who made it may look
    at it later. Counties are those of ``locator``. Its files are written to the folder ``out``,
    which has to be new. Raise PackageError with what is wrong with it.
    """
    if out is not None and out.exists():
        raise PackageError(f"{out}: it exists: name a folder that does not")
    with (
        TemporaryDirectory(prefix="cop-package-") as scratch,
        open_package(
            path, keys=node.keys, find_sender=find_sender, receiver=None, now=None
        ) as opened,
    ):
        content = read_package_content(path, opened, node.reader)
        _, columns_left_out = convert_layers(
            opened.folder, content.layers, Path(scratch), convert=node.convert
        )
        requests = (
            parse_requests(opened.folder / REQUESTS_FILE)
            if REQUESTS_FILE in {file.name for file in opened.manifest.files}
            else ()
        )
        if out is not None:
            _write_files(opened.folder, opened.manifest, out)
        manifest = opened.manifest
    rows, left_out = leave_out_personal(content.events)
    if locator is not None and len(rows):
        rows = place_rows(rows, locator)
    return PackageInsight(
        manifest=manifest,
        sources=content.sources,
        counts={name: _count(rows, name) for name in _COUNTED if name in rows.column_names},
        n=len(rows),
        withdrawn=len(content.withdrawn),
        layers=content.layers,
        layers_withdrawn=len(content.withdrawn_layers),
        requests=requests,
        synthetic=sum(rows["synthetic"].to_pylist()),
        left_out=tuple(sorted({*left_out, *columns_left_out})),
        first=_first(rows, min(n_first, MOST_SHOWN)),
    )


def _write_files(folder: Path, manifest: Manifest, out: Path) -> None:
    try:
        out.mkdir(parents=True, mode=_FOR_OWNER)
        if manifest.files:
            shutil.copytree(folder, out, dirs_exist_ok=True)
            # The copy has the mode of what was copied.
            out.chmod(_FOR_OWNER)
        (out / "manifest.json").write_bytes(manifest.encode())
    except OSError as fault:
        raise PackageError(f"{out}: cannot be written: {fault}") from fault


def _count(rows: pa.Table, name: str) -> dict[str, int]:
    """Count the rows by what they hold in a column, the most frequent first."""
    found = Counter(str(value) for value in rows[name].to_pylist())
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _first(rows: pa.Table, n: int) -> tuple[Mapping[str, Any], ...]:
    return tuple(rows.slice(0, n).select([c for c in _SHOWN if c in rows.column_names]).to_pylist())
