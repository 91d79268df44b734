"""Sets of alerts: each release has its own, worked out from the records that it admits alone."""

import hashlib
from base64 import b32encode
from datetime import datetime
from typing import Final

from cop.model.alert import AlertFinding
from cop.model.release import Release

WHOLE: Final = ""
"""The set of those who may read everything."""
_ID_LENGTH: Final = 10


def name_set(release: Release | None) -> str:
    """Return the name of the set that a release has: an agency and a label, and rules of giving.

    Who looks as another agency has the set of that agency's people.
    """
    if release is None:
        return WHOLE
    name = f"{release.agency} {release.highest}"
    return name if release.grant is None else f"{name} {release.grant.name}"


def may_read(name: str, marking: str) -> bool:
    """Return whether the people of a set may read what carries a marking."""
    if name == WHOLE:
        return True
    agency, highest, *_ = name.split(" ")
    return Release(agency=agency, highest=highest).admits(marking)


def name_alert(name: str, finding: AlertFinding, raised_at: datetime) -> str:
    """Return the id of a new alert of a set: of what its people may know, and of nothing else."""
    parts = (
        name, finding.records, finding.detector, finding.sector, finding.zone,
        finding.started_at, raised_at,
    )  # fmt: skip
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return b32encode(digest).decode().lower()[:_ID_LENGTH]
