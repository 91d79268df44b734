"""Features of another server as a GeoJSON file, which the pipeline reads like any other."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote, urlsplit

from cop.ingest.remote.collection import read_collection
from cop.ingest.remote.feature_server import LAYER, read_feature_server
from cop.ingest.remote.request import RemoteServer
from cop.model.progress import StepProgress, ignore_progress
from cop.settings import SourceSettings

_ADDRESS: Final = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)
_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME: Final = 60


def read_address(file: Path) -> str | None:
    """Return the address that is given in place of a file; None for a file.

    A path has lost one of the two slashes.
    """
    text = str(file)
    found = _ADDRESS.match(text)
    return None if found is None else f"{found[1].lower()}://{text[found.end() :]}"


@contextmanager
def open_source(
    file: Path, settings: SourceSettings, *, progress: StepProgress = ignore_progress
) -> Iterator[Path]:
    """Return the file, or for an address a GeoJSON file of its features, which goes afterwards.

    Raise InputFileError if the address is not allowed, or its features did not come whole.
    """
    address = read_address(file)
    if address is None:
        yield file
        return
    with TemporaryDirectory(prefix="cop-source-") as folder:
        target = Path(folder) / f"{name_source(address)}.geojson"
        download_features(address, target, settings, progress=progress)
        yield target


def download_features(
    address: str,
    target: Path,
    settings: SourceSettings,
    *,
    progress: StepProgress = ignore_progress,
) -> int:
    """Write the features at an address to a file; return how many. InputFileError as above.

    An id that is beside the properties becomes one of them.
    """
    n = 0
    with (
        closing(RemoteServer(address, settings)) as server,
        target.open("w", encoding="utf-8") as file,
    ):
        is_layer = LAYER.search(urlsplit(address).path)
        read = read_feature_server if is_layer else read_collection
        file.write('{"type":"FeatureCollection","features":[')
        for feature in read(server, address):
            own = feature.get("properties")
            properties = own if isinstance(own, dict) else {}
            if "id" in feature:
                properties.setdefault("id", feature["id"])
            written = {
                "type": "Feature",
                "properties": properties,
                "geometry": feature.get("geometry"),
            }
            file.write(("," if n else "") + json.dumps(written, ensure_ascii=False))
            n += 1
            progress("downloading", 1, None)
        file.write("]}")
    return n


def name_source(address: str) -> str:
    """Return the name of a file for an address: that of the collection or the layer."""
    parts = [part for part in unquote(urlsplit(address).path).split("/") if part]
    kept = [part for part in parts if part.lower() not in ("items", "query")]
    # The number of a layer says nothing without its service.
    last = 3 if kept and kept[-1].isdigit() else 1
    name = _OTHER.sub("_", "_".join(kept[-last:]))
    return name.strip("_")[:_LONGEST_NAME] or "features"
