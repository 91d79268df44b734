"""The records of one version that a viewer may read, as a condition of every query over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cop.model.release import Release
from cop.store.catalogue.small_cell import in_list

# A list is tested once for each word of a file's dictionary: over three million rows 0.04 s of
# processor time; 0.16 s as sub-queries, which are joins, and 0.18 s as single values.
_MARKED: Final = "list_contains($admitted_markings{side}::VARCHAR[], marking)"
_OF_SOURCE: Final = "list_contains($admitted_sources{side}::VARCHAR[], source)"
_MONTH: Final = "date_trunc('month', occurred_at)"


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What a release admits of one version: records by their marking and their source.

    ``sources`` is None where every source of its events is admitted: markings tell alone.
    ``small`` is the list of cells whose events are left out (cop.store.catalogue.small_cell).
    ``names`` name the admitted content of files, by path: nothing that is withheld changes them.
    """

    release: Release
    markings: tuple[str, ...]
    sources: tuple[str, ...] | None
    small: int | None = None
    names: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


def bind_admission(admission: Admission | None, *, side: str = "") -> tuple[str, dict[str, Any]]:
    """Return the condition over the columns of a record, and the values that it binds.

    Without an admission everything is read. ``side`` tells two in one query apart.
    """
    if admission is None:
        return "true", {}
    conditions = [_MARKED.format(side=side)]
    values = {f"admitted_markings{side}": list(admission.markings)}
    if admission.sources is not None:
        conditions.append(_OF_SOURCE.format(side=side))
        values[f"admitted_sources{side}"] = list(admission.sources)
    if admission.small is not None:
        conditions.append(f"NOT {in_list(admission.small, _MONTH)}")
    return " AND ".join(conditions), values
