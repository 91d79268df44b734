"""The note of each version: its files, the load that made it, what is in quarantine."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from cop.model.default_records import DefaultRecords


class LoadNote(BaseModel):
    """What became of the rows of a file; ``rejects_file`` is a path below the warehouse."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    profile: str
    file: str
    kind: str
    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    rejects_file: str | None = None


class Quarantined(BaseModel):
    """A damaged file that no longer counts, and its substitute.

    ``part`` is a month of events, None for a whole table. ``substitute_version`` is the version
    whose files of the part are shown instead, None if there is none. ``n`` is the rows of the
    file, ``n_part`` those that the part had, ``n_missing`` how many fewer are shown now.
    ``sources`` may have been in it (empty: any), with ``first_id`` and ``last_id`` outermost.
    ``fault`` is what a reader found, where no repair has set the file aside yet.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    dataset: str
    part: str | None = None
    sha256: str
    found_at: datetime
    substitute_version: int | None = None
    n: int | None = None
    n_part: int | None = None
    n_missing: int
    sources: tuple[str, ...] = ()
    first_id: str | None = None
    last_id: str | None = None
    fault: str = ""


class VersionExtra(BaseModel):
    """The digest of a version's paths, its load, the quarantine as it was, its default records."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    listing: str | None = None
    load: LoadNote | None = None
    quarantine: tuple[Quarantined, ...] = ()
    default: DefaultRecords | None = None


def read_note(text: str | None) -> VersionExtra:
    """Read the note stored with a version; one that another program wrote is empty."""
    try:
        return VersionExtra.model_validate_json(text) if text else VersionExtra()
    except ValidationError:
        return VersionExtra()
