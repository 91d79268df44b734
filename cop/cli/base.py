"""What all commands share: the application, common options, and error handling."""

import getpass
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from cop import __version__
from cop.errors import CopError
from cop.settings import StoreSettings

BAD_INPUT = 2
_NICENESS = 10

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Common operating picture: serve, load data, maintain the warehouse, measure.",
)

Data = Annotated[Path | None, typer.Option("--data", help="Warehouse folder (or COP_DATA).")]
RegionName = Annotated[str | None, typer.Option("--region", help="Region (or COP_REGION).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"cop {__version__}")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Read the options given before a command."""


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Exit with status 2 and one line on stderr if the input is at fault."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except CopError as fault:
            typer.echo(f"cop: {' '.join(str(fault).split())}", err=True)
            raise typer.Exit(BAD_INPUT) from fault

    return run


def give_way() -> None:
    """Give way to a server on the same machine by a lower priority."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def with_all_cores(store: StoreSettings) -> StoreSettings:
    """Return settings with a DuckDB thread for each core, unless COP_THREADS is set.

    For a command that one large question keeps busy, not many small ones.
    """
    is_set = "threads" in store.model_fields_set
    return store if is_set else store.model_copy(update={"threads": os.cpu_count() or 1})


def name_user() -> str:
    """Return the name of the machine's user, the default for --by."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
