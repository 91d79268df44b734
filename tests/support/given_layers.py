"""Layers between servers, for tests of the exchange: published, and converted in this process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd

from cop.errors import InputFileError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.step import Step
from cop.ingest.upload.read import Upload
from cop.ingest.upload.task import convert_source
from cop.model.upload import DraftReport
from cop.model.uploaded import Declaration, UploadedLayer
from tests.support.job import build_job
from tests.support.layer import write_draft
from tests.support.partner import Office


def convert_here(
    uploads: Sequence[Upload], folders: Sequence[Path]
) -> list[DraftReport | InputFileError]:
    """Do as the sandbox does, in this process."""
    return [_convert(upload, folder) for upload, folder in zip(uploads, folders, strict=True)]


def _convert(upload: Upload, folder: Path) -> DraftReport | InputFileError:
    folder.mkdir()
    job = build_job(upload.path, "geoparquet", choices=upload.choices)
    try:
        return convert_source(job, folder, None, lambda _share: None)
    except InputFileError as fault:
        return fault


def publish(
    office: Office, features: gpd.GeoDataFrame, *, layer_id: str | None = None, **said: Any
) -> UploadedLayer:
    """Publish features as a layer of an office, or as the next revision of one."""
    declared = Declaration.model_validate({"title": "Towers", "marking": "TLP:GREEN", **said})
    draft = read_draft(write_draft(office.settings.data.parent / "draft", features))
    step: Step = publish_layer(office.settings, draft, declared, by="Ana", layer_id=layer_id)
    office.warehouse.refresh()
    return step.layer


def layers_at(office: Office) -> dict[str, UploadedLayer]:
    """The layers that are on an office's map, by title."""
    office.warehouse.refresh()
    uploaded = office.warehouse.snapshot.uploaded.values()
    return {layer.declared.title: layer for layer in uploaded if layer.state == "published"}


def features_at(office: Office, layer: UploadedLayer, *columns: str) -> list[tuple[Any, ...]]:
    """The features of a layer, in order."""
    files = list(office.warehouse.snapshot.catalogue.files_of(layer.name))
    return office.warehouse.query(
        f"SELECT {', '.join(columns)} FROM read_parquet($files) ORDER BY ALL", {"files": files}
    )
