"""The layers of a dropped file: each with answers of its own, read and published together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cop.errors import InputFileError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.group import GroupMember, publish_group
from cop.ingest.layer.history import build_declaration
from cop.ingest.upload.part import (
    EMPTY,
    FilePart,
    SkippedLayer,
    convert_parts,
    describe_rejected,
    find_skip,
    inspect_parts,
    join_problems,
    list_parts,
    list_style_notes,
)
from cop.model.upload import Bounds, Choices, DraftReport, Inspection
from cop.model.uploaded import UploadedLayer
from cop.ui.component.context import use_context
from cop.ui.component.record import recording
from cop.ui.page.upload.work import Incoming, own_quota, spooled, store_settings, telling

TAKEN, TITLE = "part-taken", "part-title"


@dataclass(frozen=True, kw_only=True)
class PublishedPart:
    """A layer of a file as it was published, and what its reading left out."""

    layer: UploadedLayer
    bounds: Bounds | None
    rejected: str | None
    styles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GroupOutcome:
    """What became of the layers of a file; ``problems`` is a CSV of the rows left out."""

    version: int | None
    published: tuple[PublishedPart, ...]
    skipped: tuple[SkippedLayer, ...]
    problems: bytes


def look_at_parts(incoming: Incoming, seen: Inspection) -> list[Incoming]:
    """Return the layers of a file as files of their own, inspecting those that are new."""
    names, _ = list_parts(seen)
    if [part.layer_name for part in incoming.parts] != names:
        incoming.parts = [
            Incoming(
                key=f"{incoming.key}-{number}", name=incoming.name, file=incoming.file,
                size=incoming.size, layer_name=name,
            )
            for number, name in enumerate(names)
        ]  # fmt: skip
    empty = {layer.name for layer in seen.layers if layer.rows == 0}
    for part in incoming.parts:
        part.file = incoming.file
        if part.layer_name in empty:
            part.looked, part.fault = Choices(layer=part.layer_name), EMPTY
    fresh = [part for part in incoming.parts if part.looked is None]
    if fresh:
        _inspect(incoming, fresh)
    return incoming.parts


def _inspect(incoming: Incoming, fresh: Sequence[Incoming]) -> None:
    choices = [Choices(layer=part.layer_name) for part in fresh]
    words = f"Reading {len(fresh)} layers"
    with spooled(incoming.file) as path, telling(words) as progress:
        found = inspect_parts(
            path,
            incoming.name,
            choices,
            use_context().uploads,
            near=use_context().service.snapshot.line_bounds,
            progress=progress,
        )
    for part, chosen, seen in zip(fresh, choices, found, strict=True):
        part.looked = chosen
        if isinstance(seen, InputFileError):
            part.fault = str(seen).removeprefix(f"{incoming.name}: ")
        else:
            part.seen = seen


def find_part_skip(part: Incoming) -> str | None:
    """Return why a layer cannot be published; None where it can be, or after an answer."""
    return find_skip(part.seen, part.fault)


def list_ticked(parts: Sequence[Incoming]) -> list[Incoming]:
    """Return the layers that are ticked and can be published."""
    return [
        part
        for part in parts
        if part.answers.get(TAKEN, True) and part.seen is not None and find_part_skip(part) is None
    ]


def list_skipped(incoming: Incoming, seen: Inspection) -> list[SkippedLayer]:
    """Return the layers that are not published, each with the reason."""
    skipped = []
    for part in incoming.parts:
        reason = find_part_skip(part)
        if reason is None and not part.answers.get(TAKEN, True):
            reason = "not ticked"
        if reason is not None:
            skipped.append(SkippedLayer(name=str(part.layer_name), reason=reason))
    return [*skipped, *list_parts(seen)[1]]


def title_of(part: Incoming) -> str:
    """Return the title that a layer is to have."""
    return str(part.answers.get(TITLE) or part.title).strip() or part.title


def publish_parts(
    incoming: Incoming, seen: Inspection, answers: dict[str, Any], *, by: str
) -> GroupOutcome:
    """Publish all ticked layers in one version; CopError names the one that cannot be."""
    ticked = list_ticked(incoming.parts)
    with (
        TemporaryDirectory(prefix="cop-draft-") as scratch,
        spooled(incoming.file) as path,
        telling(f"Publishing {len(ticked)} layers") as progress,
    ):
        parts = [
            FilePart(
                name=str(part.layer_name),
                choices=part.chosen or Choices(layer=part.layer_name),
                folder=Path(scratch) / str(number),
                scan=None if part.seen is None else part.seen.scan,
            )
            for number, part in enumerate(ticked)
        ]
        reports = convert_parts(
            path,
            incoming.name,
            parts,
            use_context().uploads,
            near=use_context().service.snapshot.line_bounds,
            progress=progress,
        )
        members = [
            GroupMember(
                draft=replace(read_draft(one.folder), name=incoming.name),
                declared=build_declaration(None, {**answers, "title": title_of(part)}),
            )
            for one, part in zip(parts, ticked, strict=True)
        ]
        with recording("publish", f"file {incoming.name}", by=by) as act:
            steps = publish_group(
                store_settings(), members, file=incoming.name, by=by, quota=own_quota()
            )
            act.detail |= {"version": steps[0].version, "layers": [one.layer.id for one in steps]}
        problems = join_problems({one.name: one.folder for one in parts})
    use_context().service.warehouse.refresh()
    return GroupOutcome(
        version=steps[0].version,
        published=tuple(
            _describe(step.layer, report) for step, report in zip(steps, reports, strict=True)
        ),
        skipped=tuple(list_skipped(incoming, seen)),
        problems=problems,
    )


def _describe(layer: UploadedLayer, report: DraftReport) -> PublishedPart:
    return PublishedPart(
        layer=layer,
        bounds=report.bounds,
        rejected=describe_rejected(report),
        styles=tuple(list_style_notes(report.findings)),
    )
