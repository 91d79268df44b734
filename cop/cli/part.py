"""Loading the layers of one file together on the command line, with what was skipped."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.layer_words import print_step, step_to_json
from cop.cli.upload import (
    ImportOptions,
    build_first_choices,
    build_quota,
    describe_asks,
    need_agreement,
    open_draft,
    print_findings,
    warn_far,
)
from cop.errors import InputFileError, LayerError
from cop.model.upload import (
    LONGEST_TITLE,
    Bounds,
    Choices,
    DraftReport,
    Inspection,
    shown_name,
)
from cop.settings import StoreSettings, UploadSettings

if TYPE_CHECKING:
    from cop.access.audit.log import RecordedAct
    from cop.ingest.layer.group import GroupMember
    from cop.ingest.upload.part import SkippedLayer
    from cop.model.uploaded import Declaration, State

_ONE = "one layer is loaded (--layer-in-file, or --one-layer)"


@dataclass(frozen=True, kw_only=True)
class LoadTarget:
    """Where layers are published, by whom and how."""

    store: StoreSettings
    by: str
    state: "State"
    layer_id: str | None
    as_json: bool


def load_one(
    file: Path,
    options: ImportOptions,
    seen: Inspection | None,
    declared: "Declaration",
    target: LoadTarget,
) -> None:
    """Publish the one layer of a file that was chosen; name the others."""
    from cop.ingest.layer.history import read_line_area
    from cop.ingest.layer.lifecycle import publish_layer
    from cop.ingest.upload.part import list_others

    for one in () if seen is None else list_others(seen, _ONE):
        typer.echo(f"skipped layer {one.words}", err=True)
    area = read_line_area(target.store)
    with open_draft(file, options, seen, area=area) as draft, _recording(file, target) as act:
        step = publish_layer(
            target.store,
            draft,
            declared,
            by=target.by,
            layer_id=target.layer_id,
            state=target.state,
            quota=build_quota(),
        )
        act.detail |= {"version": step.version, "layers": [step.layer.id]}
    print_step(step, as_json=target.as_json)


def load_all(
    file: Path,
    options: ImportOptions,
    seen: Inspection,
    stated: dict[str, Any],
    target: LoadTarget,
) -> None:
    """Publish all layers of a file in one version."""
    from cop.ingest.layer.group import publish_group
    from cop.ingest.layer.history import read_line_area

    area = read_line_area(target.store)
    with (
        open_group(file, options, seen, stated, area=area) as opened,
        _recording(file, target) as act,
    ):
        steps = publish_group(
            target.store,
            opened.members,
            file=shown_name(file.name),
            by=target.by,
            state=target.state,
            quota=build_quota(),
        )
        act.detail |= {"version": steps[0].version, "layers": [one.layer.id for one in steps]}
    if not target.as_json:
        for step in steps:
            print_step(step, as_json=False)
        return
    skipped = [{"name": one.name, "reason": one.reason} for one in opened.skipped]
    layers = [step_to_json(step) for step in steps]
    typer.echo(json.dumps({**layers[0], "layers": layers, "skipped": skipped}))


def _recording(file: Path, target: LoadTarget) -> "AbstractContextManager[RecordedAct]":
    action = "upload" if target.state == "draft" else "publish"
    return recording(target.store, action, f"file {shown_name(file.name)}", by=target.by)


@dataclass(frozen=True, kw_only=True)
class OpenedGroup:
    """The layers of a file as drafts with their declarations, and those skipped."""

    members: "tuple[GroupMember, ...]"
    skipped: "tuple[SkippedLayer, ...]"


@contextmanager
def open_group(
    file: Path,
    options: ImportOptions,
    seen: Inspection,
    stated: dict[str, Any],
    *,
    area: Bounds | None,
) -> Iterator[OpenedGroup]:
    """Yield drafts of all layers of a file that have rows with a position.

    Findings, what is skipped, and layers far from the ``area`` are printed on stderr. LayerError
    names the layer and the option if a choice is missing.
    """
    from cop.ingest.upload.part import join_problems

    settings, first = build_settings(UploadSettings), build_first_choices(options)
    taken, skipped = _inspect(file, first, seen, settings, area)
    for one in skipped:
        typer.echo(f"skipped layer {one.words}", err=True)
    if not taken:
        raise LayerError(f"{shown_name(file.name)}: no layer can be loaded")
    for name, found in taken.items():
        warn_far(found.bounds, area, settings, layer=name)
    with TemporaryDirectory(prefix="cop-draft-") as scratch:
        members = _convert(file, first, taken, stated, settings, area=area, scratch=Path(scratch))
        if options.problems is not None:
            folders = {name: Path(scratch) / str(n) for n, name in enumerate(taken)}
            options.problems.write_bytes(join_problems(folders))
        yield OpenedGroup(members=tuple(members), skipped=tuple(skipped))


def _inspect(
    file: Path, first: Choices, seen: Inspection, settings: UploadSettings, area: Bounds | None
) -> "tuple[dict[str, Inspection], list[SkippedLayer]]":
    """Return what each layer that can be loaded holds, and the others; print the findings."""
    from cop.ingest.upload.part import EMPTY, SkippedLayer, find_skip, inspect_parts, list_parts

    names, beyond = list_parts(seen)
    empty = [layer.name for layer in seen.layers if layer.rows == 0]
    filled = [name for name in names if name not in empty]
    skipped = [SkippedLayer(name=name, reason=EMPTY) for name in names if name in empty]
    taken = {}
    choices = [first.model_copy(update={"layer": name}) for name in filled]
    found = inspect_parts(file, file.name, choices, settings, near=area)
    for name, part in zip(filled, found, strict=True):
        if isinstance(part, InputFileError):
            skipped.append(SkippedLayer(name=name, reason=str(part)))
            continue
        reason = find_skip(part, "")
        if reason is not None:
            skipped.append(SkippedLayer(name=name, reason=reason))
            continue
        typer.echo(f"layer {name!r}:", err=True)
        print_findings(part)
        if part.asks:
            raise LayerError(f"{shown_name(file.name)}: layer {name!r}: {describe_asks(part)}")
        need_agreement(part, first.agreed, layer=name)
        taken[name] = part
    return taken, [*skipped, *beyond]


def _convert(
    file: Path,
    first: Choices,
    taken: dict[str, Inspection],
    stated: dict[str, Any],
    settings: UploadSettings,
    *,
    area: Bounds | None,
    scratch: Path,
) -> "list[GroupMember]":
    from cop.cli.progress import sharing
    from cop.ingest.layer.draft import read_draft
    from cop.ingest.layer.group import GroupMember
    from cop.ingest.upload.part import FilePart, convert_parts

    parts = [
        FilePart(
            name=name,
            choices=first.model_copy(update={"layer": name}),
            folder=scratch / str(number),
            scan=seen.scan,
        )
        for number, (name, seen) in enumerate(taken.items())
    ]
    shown = shown_name(file.name)
    with sharing(shown) as progress:
        reports = convert_parts(
            file, file.name, parts, settings, near=area,
            progress=lambda share: progress("reading", share),
        )  # fmt: skip
    for part, report in zip(parts, reports, strict=True):
        _print_rows(part.name, report)
    return [
        GroupMember(
            draft=replace(read_draft(part.folder), name=shown),
            declared=_declare(part.name, stated),
        )
        for part in parts
    ]


def _print_rows(name: str, report: DraftReport) -> None:
    from cop.ingest.upload.part import describe_records

    typer.echo(
        f"layer {name!r}: {report.accepted} of {report.rows} rows accepted, "
        f"{report.rejected} rejected; rows: {describe_records(report.rows, report.records)}",
        err=True,
    )


def _declare(name: str, stated: dict[str, Any]) -> "Declaration":
    """Return what a layer is declared as: its name is its title, behind the one that is stated."""
    from cop.ingest.layer.history import build_declaration

    own = Path(name).name
    title = f"{stated['title']}: {own}" if stated.get("title") else own
    changes = {key: value for key, value in stated.items() if value is not None}
    return build_declaration(None, {**changes, "title": title[:LONGEST_TITLE]})
