"""The comments at the head of a file of figures: marking, scope, version, notes."""

from collections.abc import Iterable

from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.query.view import View


def build_csv_head(
    service: QueryService, view: View, *, marking: str, notes: Iterable[str] = ()
) -> str:
    """Return the comments above the rows of a CSV file, each line with ``# `` before it."""
    scope = read_scope(service, view).line
    return comment([marking, scope, f"version {view.snapshot.version}", *notes])


def comment(lines: Iterable[str]) -> str:
    """Return lines as comments; what a text breaks over several lines stays one comment."""
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)
