"""The records of one version that a viewer may read, as a condition of every query over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cop.model.release import Release
from cop.store.catalogue.small_cell import in_list

_READABLE: Final = (
    "marking IN (SELECT unnest($admitted_markings{side}::VARCHAR[])) "
    "AND source IN (SELECT unnest($admitted_sources{side}::VARCHAR[]))"
)
_MONTH: Final = "date_trunc('month', occurred_at)"


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What a release admits of one version: records by their marking and their source.

    ``small`` is the list of cells whose events are left out (cop.store.catalogue.small_cell).
    ``names`` name the admitted content of files, by path: nothing that is withheld changes them.
    """

    release: Release
    markings: tuple[str, ...]
    sources: tuple[str, ...]
    small: int | None = None
    names: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


def bind_admission(admission: Admission | None, *, side: str = "") -> tuple[str, dict[str, Any]]:
    """Return the condition over the columns of a record, and the values that it binds.

    Without an admission everything is read. ``side`` tells two in one query apart.
    """
    if admission is None:
        return "true", {}
    values = {
        f"admitted_markings{side}": list(admission.markings),
        f"admitted_sources{side}": list(admission.sources),
    }
    readable = _READABLE.format(side=side)
    if admission.small is None:
        return readable, values
    return f"{readable} AND NOT {in_list(admission.small, _MONTH)}", values
