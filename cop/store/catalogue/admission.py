"""The records of one version that a viewer may read, as a condition of every query over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cop.model.release import Release

_READABLE: Final = (
    "marking IN (SELECT unnest($admitted_markings{side}::VARCHAR[])) "
    "AND source IN (SELECT unnest($admitted_sources{side}::VARCHAR[]))"
)


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What a release admits of one version: records by their marking and their source.

    ``names`` name the admitted content of files, by path: nothing that is withheld changes them.
    """

    release: Release
    markings: tuple[str, ...]
    sources: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


def bind_admission(admission: Admission | None, *, side: str = "") -> tuple[str, dict[str, Any]]:
    """Return the condition over the columns marking and source, and the values that it binds.

    Without an admission everything is read. ``side`` tells two in one query apart.
    """
    if admission is None:
        return "true", {}
    values = {
        f"admitted_markings{side}": list(admission.markings),
        f"admitted_sources{side}": list(admission.sources),
    }
    return _READABLE.format(side=side), values
