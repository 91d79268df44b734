"""Layers in packages: what is stated of them, and their features, which the sandbox converts.

Every file is treated as one that a stranger dropped on the page Upload.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from cop.errors import InputFileError, PackageError
from cop.exchange.manifest import Manifest, PackagedFile
from cop.ingest.layer.draft import LayerDraft, read_draft
from cop.ingest.layer.received import ArrivedLayer
from cop.ingest.upload.read import Upload, convert_files
from cop.model.given_layer import MOST_LAYERS, GivenLayer
from cop.model.marking import highest_marking
from cop.model.upload import Choices, DraftReport
from cop.model.uploaded import FEATURE_ID, OCCURRED_AT
from cop.query.given.layer import WrittenLayer
from cop.settings import UploadSettings

LAYERS_FILE: Final = "layers.json"
WITHDRAWN_LAYERS_FILE: Final = "withdrawn_layers.parquet"
LAYER_FOLDER: Final = "layers/"
MOST_FEATURES: Final = 2_000_000
"""Features of all layers of a package together."""
_MOST_BYTES: Final = 8_000_000
_MOST_DRAFT_MB, _MOST_DRAFTS_MB = 1_024, 4_096
"""Of one draft, and of all of a package: packed columns may be small."""
_AT_ONCE: Final = 4
_STATED: Final = TypeAdapter(Annotated[tuple[GivenLayer, ...], Field(max_length=MOST_LAYERS)])
_DEGREES: Final = frozenset({"EPSG:4326", "OGC:CRS84"})
_AGREED: Final = (
    "outside_region", "longitude_sign", "axes_swapped", "radians", "null_island",
    "time_future", "time_early", "time_mostly_unreadable", "time_unclear",
)  # fmt: skip
"""What only looks wrong: who gave the layer has answered for it."""
LayerConverter = Callable[
    [Sequence[Upload], Sequence[Path]], Sequence[DraftReport | InputFileError]
]
"""Makes a draft of each of several files in a folder of its own."""


def build_converter(limits: UploadSettings) -> LayerConverter:
    """Build what makes drafts of layers by a process in the sandbox, within limits."""
    narrower = limits.model_copy(
        update={
            "upload_rows": min(limits.upload_rows, MOST_FEATURES),
            "upload_output_mb": min(limits.upload_output_mb, _MOST_DRAFT_MB),
        }
    )
    return partial(convert_files, settings=narrower)


@dataclass(frozen=True, kw_only=True)
class StatedLayer:
    """A layer of a package as it is stated, and its file in the manifest."""

    given: GivenLayer
    file: PackagedFile


def write_layers_file(path: Path, layers: Sequence[WrittenLayer]) -> None:
    """Write what is stated of the layers of a package."""
    stated = [layer.given.model_dump(mode="json") for layer in layers]
    path.write_text(json.dumps(stated), encoding="utf-8")


def is_layer_file(name: str) -> bool:
    """Return whether a file of a package has features of a layer."""
    return name.startswith(LAYER_FOLDER)


def read_stated_layers(folder: Path, manifest: Manifest) -> tuple[StatedLayer, ...]:
    """Read what a package states of its layers; PackageError for what its sender may not say."""
    files = {file.name: file for file in manifest.files}
    stated = _parse(folder / LAYERS_FILE) if LAYERS_FILE in files else ()
    found: dict[tuple[str, str], StatedLayer] = {}
    for given in stated:
        why = _why_not(given, manifest, files)
        if given.key in found:
            why = "it comes twice"
        if why:
            raise PackageError(
                f"{LAYERS_FILE}: layer {given.record} of {given.origin}: {why}; nothing was taken"
            )
        found[given.key] = StatedLayer(given=given, file=files[given.file])
    unstated = {name for name in files if is_layer_file(name)} - {
        one.given.file for one in found.values()
    }
    if unstated:
        raise PackageError(
            f"{min(unstated)}: {LAYERS_FILE} states no such layer; nothing was taken"
        )
    if sum(one.file.rows for one in found.values()) > MOST_FEATURES:
        raise PackageError(
            f"{LAYERS_FILE}: more than {MOST_FEATURES:,} features: ask for less at once; "
            "nothing was taken"
        )
    return tuple(found.values())


def convert_layers(
    folder: Path, layers: Sequence[StatedLayer], scratch: Path, *, convert: LayerConverter
) -> tuple[tuple[ArrivedLayer, ...], tuple[str, ...]]:
    """Convert the features of layers, and return them with the columns that were left out.

    These are about persons. ``folder`` has the package's files; drafts are made below ``scratch``.
    Raise PackageError with what is wrong with the first file that is not as it is stated.
    """
    found, left_out, size = [], set[str](), 0
    for place in range(0, len(layers), _AT_ONCE):
        for arrived, names, n_bytes in _convert_some(
            folder, layers[place : place + _AT_ONCE], scratch, convert
        ):
            found.append(arrived)
            left_out |= names
            size += n_bytes
            if size > _MOST_DRAFTS_MB * 1_000_000:
                raise PackageError(
                    f"{LAYERS_FILE}: more than {_MOST_DRAFTS_MB:,} MB of features: ask for less at "
                    "once; nothing was taken"
                )
    return tuple(found), tuple(sorted(left_out))


def _convert_some(
    folder: Path, layers: Sequence[StatedLayer], scratch: Path, convert: LayerConverter
) -> Iterator[tuple[ArrivedLayer, set[str], int]]:
    """Convert a few layers; yield each with the columns left out, and its draft's size."""
    uploads = [
        Upload(path=folder / one.file.name, name=one.file.name, choices=_choose(one.given))
        for one in layers
    ]
    drafts = [scratch / f"draft-{Path(one.file.name).stem}" for one in layers]
    for one, report, draft in zip(layers, convert(uploads, drafts), drafts, strict=True):
        if isinstance(report, InputFileError):
            raise PackageError(f"{one.file.name}: {report}; nothing was taken") from report
        arrived = _check_draft(one, report, draft)
        names = {column.name for column in arrived.draft.attributes}
        size = sum(path.stat().st_size for path in draft.iterdir())
        yield arrived, {c.name for c in one.given.columns if c.name not in names}, size


def _parse(path: Path) -> tuple[GivenLayer, ...]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"larger than {_MOST_BYTES:,} bytes")
        return _STATED.validate_json(path.read_bytes())
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PackageError(
            f"{path.name}: not the layers of a package: {where}: {first['msg']}; nothing was taken"
        ) from None
    except (OSError, ValueError, RecursionError) as fault:
        raise PackageError(f"{path.name}: not the layers of a package: {fault}") from fault


def _why_not(given: GivenLayer, manifest: Manifest, files: Mapping[str, PackagedFile]) -> str:
    """Return why a sender may not give a layer like that; empty if it may."""
    marking = given.declared.marking
    faults = (
        (given.origin == manifest.receiver, f"it is {manifest.receiver}'s own"),
        (given.path[-1] != manifest.sender, f"its path does not end at {manifest.sender}"),
        (manifest.receiver in given.path, f"it came over {manifest.receiver}"),
        (given.number > manifest.number, "it changed in a package after this one"),
        (
            highest_marking((manifest.marking, marking)) != manifest.marking,
            f"it is marked {marking}, above the package, which is {manifest.marking}",
        ),
        (given.file not in files, f"its file {given.file} is not there"),
    )
    return next((words for is_so, words in faults if is_so), "")


def _choose(given: GivenLayer) -> Choices:
    """Return how a layer's file is read: nothing in it is guessed."""
    roles = {FEATURE_ID: "id"} | ({OCCURRED_AT: "time"} if given.dated else {})
    return Choices.model_validate({"roles": roles, "agreed": _AGREED})


def _check_draft(one: StatedLayer, report: DraftReport, folder: Path) -> ArrivedLayer:
    """Return a layer whose file is as it is stated; PackageError if it is not."""
    name = one.file.name
    if report.crs not in _DEGREES:
        raise PackageError(
            f"{name}: its coordinates are in {report.crs}, not in EPSG:4326; nothing was taken"
        )
    if report.rejected or report.accepted != one.file.rows:
        raise PackageError(
            f"{name}: {report.accepted:,} of {report.rows:,} features can be used, and "
            f"{one.file.rows:,} are stated; nothing was taken"
        )
    try:
        draft: LayerDraft = read_draft(folder)
    except InputFileError as fault:
        raise PackageError(f"{name}: {fault}; nothing was taken") from fault
    unknown = {(column.name, column.kind) for column in draft.attributes} - {
        (column.name, column.kind) for column in one.given.columns
    }
    if unknown:
        raise PackageError(
            f"{name}: column {min(unknown)[0][:60]!r} is not as stated in {LAYERS_FILE}; nothing "
            "was taken"
        )
    draft = replace(draft, name=name, dated=draft.dated and one.given.dated, style=None)
    return ArrivedLayer(given=_without_columns(one.given, draft), draft=draft)


def _without_columns(given: GivenLayer, draft: LayerDraft) -> GivenLayer:
    """Leave out the columns that were, and a style that has values of one of them."""
    names = {column.name for column in draft.attributes}
    columns = tuple(column for column in given.columns if column.name in names)
    style, changes = given.declared.style, dict[str, object](columns=columns)
    known = names | ({OCCURRED_AT} if given.dated else set())
    if style is not None and not {*style.columns, *style.tooltip} <= known:
        changes["declared"] = given.declared.model_copy(update={"style": None})
    return given.model_copy(update=changes)
