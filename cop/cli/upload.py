"""Reading a file of any format on the command line: its options, and what must be said of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from pydantic import ValidationError

from cop.app import build_settings
from cop.errors import InputFileError, LayerError
from cop.model.upload import PLACING, PROBLEMS, Choices, Inspection, Role, UploadFinding, shown_name
from cop.settings import UploadSettings

if TYPE_CHECKING:
    from cop.ingest.layer.draft import LayerDraft

Crs = Annotated[str | None, typer.Option(help="EPSG code of its coordinates (EPSG:32612).")]
SwapAxes = Annotated[
    bool | None, typer.Option("--swap-axes/--no-swap-axes", help="Exchange its axes, or do not.")
]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="Which comes first in its dates.")
]
TimeZone = Annotated[str | None, typer.Option(help="IANA zone of times that say none (UTC).")]
LayerInFile = Annotated[str | None, typer.Option(help="Which of the file's layers or sheets.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of its text (cp1252).")]
IdColumn = Annotated[str | None, typer.Option(help="The column that tells features apart.")]
RoleOf = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="COLUMN=ROLE", help="What a column gives; repeatable."),
]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", help="Keep a column about persons; repeatable.")
]
LeaveOut = Annotated[
    list[str] | None, typer.Option("--leave-out", help="Leave a column out; repeatable.")
]
Problems = Annotated[Path | None, typer.Option(help="Write the rows with problems as CSV here.")]
_ANSWERS = {
    "crs_missing": "--crs EPSG:N",
    "crs_contradictory": "--crs EPSG:N",
    "axes_swapped": "--swap-axes or --no-swap-axes",
    "day_order_ambiguous": "--day-first or --month-first",
    "day_order_mixed": "--day-first or --month-first",
    "no_position": "--role COLUMN=ROLE",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a file is to be read, as the options say it; None leaves it to the file."""

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
    problems: Path | None = None

    @property
    def said(self) -> bool:
        """Whether any option was given."""
        return any(value is not None for value in vars(self).values())


@contextmanager
def opened_draft(file: Path, wanted: Wanted) -> "Iterator[LayerDraft]":
    """Give the LayerDraft of a folder, or the one that the sealed process makes of a file.

    What was found is printed on stderr. LayerError names the option where a choice is missing.
    """
    from cop.ingest.layer.draft import read_draft

    if file.is_dir():
        if wanted.said:
            raise LayerError(f"{file.name}: is a draft folder, which is read already: no options")
        yield read_draft(file)
        return
    if not file.is_file():
        raise InputFileError(f"{file}: no such file or folder; check the path")
    with TemporaryDirectory(prefix="cop-draft-") as scratch:
        folder = Path(scratch) / "draft"
        _make_draft(file, wanted, folder)
        yield replace(read_draft(folder), name=shown_name(file.name))


def _make_draft(file: Path, wanted: Wanted, folder: Path) -> None:
    from cop.ingest.upload.read import convert_file, inspect_file

    settings = build_settings(UploadSettings)
    choices = _first_choices(wanted)
    seen = inspect_file(file, file.name, settings, choices=choices)
    chosen = _settle(choices, wanted, seen)
    placeless = any(ask.code == "no_position" for ask in seen.asks)
    if chosen.roles != choices.roles and not (placeless and not _gives_place(chosen)):
        seen = inspect_file(file, file.name, settings, choices=chosen)
    tell_findings(seen)
    if seen.asks:
        raise LayerError(f"{shown_name(file.name)}: {' '.join(map(_ask, seen.asks))}")
    report = convert_file(file, file.name, chosen, folder, settings)
    if wanted.problems is not None and (folder / PROBLEMS).is_file():
        wanted.problems.write_bytes((folder / PROBLEMS).read_bytes())
    typer.echo(f"{report.accepted} of {report.rows} rows taken, {report.rejected} not", err=True)


def _first_choices(wanted: Wanted) -> Choices:
    said = {
        "crs": wanted.crs.upper() if wanted.crs else None,
        "swap_axes": wanted.swap_axes,
        "day_first": wanted.day_first,
        "time_zone": wanted.time_zone,
        "layer": wanted.layer,
        "encoding": wanted.encoding,
    }
    return _choose({name: value for name, value in said.items() if value is not None})


def _settle(choices: Choices, wanted: Wanted, seen: Inspection) -> Choices:
    """Add the roles and columns that were said to those that the file seems to need."""
    changes: dict[str, Any] = {}
    roles = dict(split_role(words) for words in wanted.roles or ())
    if wanted.id_column is not None:
        roles[wanted.id_column] = "id"
    if roles:
        changes["roles"] = add_roles(dict(seen.suggested.roles or {}), roles)
    if wanted.keep or wanted.leave_out:
        keep, names = wanted.keep or (), [column.name for column in seen.columns]
        left = set(wanted.leave_out or ())
        lacking = [name for name in (*keep, *left) if name not in names]
        if lacking:
            raise LayerError(f"the file has no column {lacking[0]!r}; it has: {', '.join(names)}")
        kept = {*(seen.suggested.columns or ()), *keep} - left
        changes["columns"] = tuple(name for name in names if name in kept)
    return _choose({**choices.model_dump(), **changes})


def _gives_place(choices: Choices) -> bool:
    return bool(PLACING & set((choices.roles or {}).values()))


def split_role(words: str) -> tuple[str, str]:
    """Split COLUMN=ROLE at its last equals sign; LayerError where the role is none."""
    column, _, role = words.rpartition("=")
    if not column or role not in get_args(Role):
        raise LayerError(f"--role {words!r}: write COLUMN=ROLE, of {', '.join(get_args(Role))}")
    return column, role


def add_roles(suggested: dict[str, Role], said: dict[str, str]) -> dict[str, str]:
    """Put roles that were said in the place of those suggested: any position for all of them."""
    gone = set(said.values())
    if gone & PLACING:
        gone |= PLACING
    return {name: role for name, role in suggested.items() if role not in gone} | said


def _choose(said: dict[str, Any]) -> Choices:
    try:
        return Choices.model_validate(said)
    except ValidationError as fault:
        first = fault.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "role"
        words = first["msg"].removeprefix("Value error, ")
        raise LayerError(f"--{option} {str(first['input'])[:60]!r}: {words}") from fault


def _ask(finding: UploadFinding) -> str:
    words = f"{finding.words} Say {_ANSWERS.get(finding.code, 'which')}"
    places = [f"{r.crs} lies at {r.bounds}" for r in finding.readings if r.bounds]
    return f"{words} ({'; '.join(places)})." if places else f"{words}."


def tell_findings(seen: Inspection) -> None:
    """Print what was found on stderr."""
    shapes = ", ".join(f"{n} {kind}" for kind, n in seen.geometry_kinds.items())
    typer.echo(f"{seen.format}, {seen.rows} rows, {shapes or 'a grid'}, {seen.crs}", err=True)
    for finding in seen.findings:
        column = f" [{finding.column}]" if finding.column else ""
        rows = f" ({finding.rows} rows)" if finding.rows else ""
        typer.echo(f"  {finding.severity}{column}: {finding.words}{rows}", err=True)
