"""What each version says of itself: the digest of its files, and what a load brought."""

from pydantic import BaseModel, ConfigDict, ValidationError


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


class VersionExtra(BaseModel):
    """The digest of the paths that a version was published with, and the load that it came of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    listing: str | None = None
    load: LoadNote | None = None


def read_note(text: str | None) -> VersionExtra:
    """Read what is kept with a version; what another program may have written there is nothing."""
    try:
        return VersionExtra.model_validate_json(text) if text else VersionExtra()
    except ValidationError:
        return VersionExtra()
