"""Import options of the command line, for a file of any format."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from pydantic import ValidationError

from cop.app import build_settings
from cop.errors import InputFileError, LayerError
from cop.model.upload import (
    PLACING,
    PROBLEMS,
    Bounds,
    Choices,
    Inspection,
    Role,
    UploadFinding,
    shown_name,
)
from cop.settings import UploadSettings

if TYPE_CHECKING:
    from cop.ingest.layer.draft import LayerDraft
    from cop.ingest.layer.quota import Quota

Crs = Annotated[str | None, typer.Option(help="Coordinate system, like EPSG:32612.")]
SwapAxes = Annotated[
    bool | None, typer.Option("--swap-axes/--no-swap-axes", help="Swap x and y, or not.")
]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="Order of day and month in dates.")
]
TimeZone = Annotated[
    str | None, typer.Option(help="IANA zone of times without one (default: UTC).")
]
LayerInFile = Annotated[
    str | None, typer.Option(help="The one layer or sheet of the file to load.")
]
AllLayers = Annotated[
    bool,
    typer.Option("--all-layers/--one-layer", help="Load all layers of the file, or the first."),
]
Encoding = Annotated[str | None, typer.Option(help="Text encoding, like cp1252.")]
IdColumn = Annotated[str | None, typer.Option(help="Column with a unique feature id.")]
RoleOf = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="COLUMN=ROLE", help="Role of a column; repeatable."),
]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", help="Import a column about persons; repeatable.")
]
LeaveOut = Annotated[
    list[str] | None, typer.Option("--leave-out", help="Leave a column out; repeatable.")
]
Agree = Annotated[
    list[str] | None,
    typer.Option("--agree", metavar="CODE", help="Agree to what a finding asks; repeatable."),
]
Problems = Annotated[Path | None, typer.Option(help="Write rows with problems to this CSV.")]
_ANSWERS = {
    "crs_missing": "--crs EPSG:N",
    "crs_contradictory": "--crs EPSG:N",
    "axes_swapped": "--swap-axes or --no-swap-axes",
    "day_order_ambiguous": "--day-first or --month-first",
    "day_order_mixed": "--day-first or --month-first",
    "no_position": "--role COLUMN=ROLE",
    "time_unclear": "--role COLUMN=time, or --agree time_unclear",
    "longitude_sign": "correct the file, or --agree longitude_sign",
    "crs_unknown": "--crs EPSG:N",
}


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How to read a file; None lets the file decide."""

    crs: str | None = None
    swap_axes: bool | None = None
    day_first: bool | None = None
    time_zone: str | None = None
    layer: str | None = None
    encoding: str | None = None
    id_column: str | None = None
    roles: Sequence[str] | None = None
    keep: Sequence[str] | None = None
    leave_out: Sequence[str] | None = None
    agreed: Sequence[str] | None = None
    problems: Path | None = None

    @property
    def is_set(self) -> bool:
        """Return whether any option is set."""
        return any(value is not None for value in vars(self).values())

    @property
    def is_of_one(self) -> bool:
        """Return whether an option names one layer, or columns that only one may have."""
        named = (self.layer, self.id_column, self.roles, self.keep, self.leave_out)
        return any(value is not None for value in named)


def inspect_upload(
    file: Path, options: ImportOptions, *, area: Bounds | None = None
) -> Inspection | None:
    """Return what a file holds, expected in the ``area``; None for a draft folder, already read."""
    from cop.cli.progress import sharing
    from cop.ingest.upload.read import inspect_file

    if file.is_dir():
        return None
    if not file.is_file():
        raise InputFileError(f"{file}: no such file or folder; check the path")
    settings, choices = build_settings(UploadSettings), build_first_choices(options)
    with sharing(shown_name(file.name)) as progress:
        step = partial(progress, "inspecting")
        return inspect_file(file, file.name, settings, choices=choices, near=area, progress=step)


@contextmanager
def open_draft(
    file: Path, options: ImportOptions, seen: Inspection | None, *, area: Bounds | None
) -> "Iterator[LayerDraft]":
    """Yield the LayerDraft of a folder, or the one that the sandbox builds from a file as ``seen``.

    Findings, and how far it is from the ``area``, are printed on stderr. LayerError names the
    option if a choice is missing.
    """
    from cop.ingest.layer.draft import read_draft

    if seen is None:
        if options.is_set:
            raise LayerError(
                f"{file.name}: is a draft folder, already read; remove the import options"
            )
        yield read_draft(file)
        return
    with TemporaryDirectory(prefix="cop-draft-") as scratch:
        folder = Path(scratch) / "draft"
        _build_draft(file, options, seen, folder, area)
        yield replace(read_draft(folder), name=shown_name(file.name))


def _build_draft(
    file: Path, options: ImportOptions, seen: Inspection, folder: Path, area: Bounds | None
) -> None:
    from cop.cli.progress import sharing
    from cop.ingest.upload.part import describe_records
    from cop.ingest.upload.read import convert_file, inspect_file

    settings = build_settings(UploadSettings)
    choices = build_first_choices(options)
    chosen = _settle(choices, options, seen)
    no_position = any(ask.code == "no_position" for ask in seen.asks)
    if chosen.roles != choices.roles and not (no_position and not _has_position(chosen)):
        seen = inspect_file(file, file.name, settings, choices=chosen, near=area)
    print_findings(seen)
    if seen.asks:
        raise LayerError(f"{shown_name(file.name)}: {describe_asks(seen)}")
    need_agreement(seen, chosen.agreed)
    warn_far(seen.bounds, area, settings)
    with sharing(shown_name(file.name)) as progress:
        step = partial(progress, "reading")
        report = convert_file(file, file.name, chosen, folder, settings, near=area, progress=step)
    if options.problems is not None and (folder / PROBLEMS).is_file():
        options.problems.write_bytes((folder / PROBLEMS).read_bytes())
    typer.echo(
        f"{report.accepted} of {report.rows} rows accepted, {report.rejected} rejected; rows: "
        f"{describe_records(report.rows, report.records)}",
        err=True,
    )


def build_first_choices(options: ImportOptions) -> Choices:
    """Return the choices that options state before the columns are known."""
    stated = {
        "crs": options.crs.upper() if options.crs else None,
        "swap_axes": options.swap_axes,
        "day_first": options.day_first,
        "time_zone": options.time_zone,
        "layer": options.layer,
        "encoding": options.encoding,
        "agreed": check_codes(options.agreed),
    }
    return _choose({name: value for name, value in stated.items() if value is not None})


def check_codes(codes: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return codes of findings that can be agreed to; LayerError for another."""
    from cop.ingest.source.base.finding import DOUBTS

    for code in codes or ():
        if code not in DOUBTS | {"axes_swapped"}:
            raise LayerError(f"--agree {code!r}: use one of {', '.join(sorted(DOUBTS))}")
    return None if codes is None else tuple(codes)


def _settle(choices: Choices, options: ImportOptions, seen: Inspection) -> Choices:
    """Add the stated roles and columns to those suggested for the file."""
    changes: dict[str, Any] = {}
    roles = dict(split_role(words) for words in options.roles or ())
    if options.id_column is not None:
        roles[options.id_column] = "id"
    if roles:
        changes["roles"] = add_roles(dict(seen.suggested.roles or {}), roles)
    if options.keep or options.leave_out:
        keep, names = options.keep or (), [column.name for column in seen.columns]
        left_out = set(options.leave_out or ())
        unknown = [name for name in (*keep, *left_out) if name not in names]
        if unknown:
            raise LayerError(f"the file has no column {unknown[0]!r}; it has: {', '.join(names)}")
        chosen = {*(seen.suggested.columns or ()), *keep} - left_out
        changes["columns"] = tuple(name for name in names if name in chosen)
    return _choose({**choices.model_dump(), **changes})


def _has_position(choices: Choices) -> bool:
    return bool(PLACING & set((choices.roles or {}).values()))


def split_role(words: str) -> tuple[str, str]:
    """Split COLUMN=ROLE at the last equals sign; LayerError for an unknown role."""
    column, _, role = words.rpartition("=")
    if not column or role not in get_args(Role):
        raise LayerError(f"--role {words!r}: write COLUMN=ROLE; roles: {', '.join(get_args(Role))}")
    return column, role


def add_roles(suggested: dict[str, Role], stated: dict[str, str]) -> dict[str, str]:
    """Replace suggested roles with stated ones; a stated position replaces all of them."""
    assigned = set(stated.values())
    if assigned & PLACING:
        assigned |= PLACING
    return {name: role for name, role in suggested.items() if role not in assigned} | stated


def _choose(stated: dict[str, Any]) -> Choices:
    try:
        return Choices.model_validate(stated)
    except ValidationError as fault:
        first = fault.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "role"
        words = first["msg"].removeprefix("Value error, ")
        raise LayerError(f"--{option} {str(first['input'])[:60]!r}: {words}") from fault


def need_agreement(seen: Inspection, agreed: Sequence[str], *, layer: str = "") -> None:
    """Raise LayerError where a layer lies outside the region and nobody agreed to that."""
    for one in seen.findings:
        if one.code == "outside_region" and one.code not in agreed:
            named = f"layer {layer!r}: " if layer else ""
            raise LayerError(f"{named}{one.words} ({one.rows} rows) Use --agree {one.code}.")


def describe_asks(seen: Inspection) -> str:
    """Return what a file asks, each with the option that answers it."""
    return " ".join(map(_ask, seen.asks))


def warn_far(
    bounds: Bounds | None, area: Bounds | None, settings: UploadSettings, *, layer: str = ""
) -> None:
    """Warn on stderr where a layer lies far from the area of operations."""
    from cop.ingest.upload.distance import find_far

    far = find_far(bounds, area, most_km=settings.upload_far_km)
    if far is not None:
        typer.echo(f"warning: {f'layer {layer!r}: ' if layer else ''}{far.words}", err=True)


def _ask(finding: UploadFinding) -> str:
    agree = f"--agree {finding.code} if it is right"
    words = f"{finding.words} Use {_ANSWERS.get(finding.code, agree)}"
    places = [f"{r.crs} lies at {r.bounds}" for r in finding.readings if r.bounds]
    return f"{words} ({'; '.join(places)})." if places else f"{words}."


def print_findings(seen: Inspection) -> None:
    """Print the findings on stderr."""
    from cop.ingest.upload.part import describe_records

    shapes = ", ".join(f"{n} {kind}" for kind, n in seen.geometry_kinds.items())
    rows = f"rows: {describe_records(seen.rows, seen.records)}" if not seen.raster else "a grid"
    typer.echo(f"{seen.format}, {rows}, {shapes or 'no shapes'}, {seen.crs}", err=True)
    for finding in seen.findings:
        column = f" [{finding.column}]" if finding.column else ""
        rows = f" ({finding.rows} rows)" if finding.rows else ""
        typer.echo(f"  {finding.severity}{column}: {finding.words}{rows}", err=True)


def build_quota() -> "Quota":
    """Return the limits of whoever uses the command line."""
    from cop.ingest.layer.quota import Quota

    return Quota(limits=build_settings(UploadSettings))
