"""Options of commands that write records out: all of them, or what an agency may read."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings
from cop.settings import AccessSettings, StoreSettings

if TYPE_CHECKING:
    from cop.model.release import Release
    from cop.query.service import QueryService

ReaderAgency = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="AGENCY", help="Only what this agency may read (default: everything)."
    ),
]
HighestLabel = Annotated[
    str | None,
    typer.Option(
        "--highest", metavar="LABEL", help="With --as: up to this label (default: the agency's)."
    ),
]
PolicyPath = Annotated[Path | None, typer.Option("--access", help="Policy file (or COP_ACCESS).")]


@dataclass(frozen=True, kw_only=True)
class WrittenFor:
    """Whom a command writes for; a ``release`` of None is everyone on this machine."""

    release: "Release | None" = None

    @property
    def detail(self) -> dict[str, Any]:
        """What the audit record has of it."""
        if self.release is None:
            return {}
        stated = {"for": self.release.agency, "highest": self.release.highest}
        return stated | ({"rules": "of giving"} if self.release.grant is not None else {})

    @property
    def words(self) -> str:
        """The end of a line of output."""
        if self.release is None:
            return ""
        by = " by its rules of giving" if self.release.grant is not None else ""
        return f", for {self.release.agency} up to {self.release.highest}{by}"

    def released(self, service: "QueryService") -> "QueryService":
        """Return the service of whom it is written for: what is withheld is not there."""
        return service.released_to(self.release)


def read_written_for(
    agency: str | None, highest: str | None, access: Path | None, *, store: StoreSettings
) -> WrittenFor:
    """Return whom a command writes for, by the policy; a partner by its rules of giving.

    Raise PartnerError for a partner that is suspended or given nothing, AccessError for an agency
    or a label that the policy does not have, and for a label without an agency, which would write
    everything.
    """
    from cop.access.policy import read_policy
    from cop.errors import AccessError
    from cop.exchange.partner_release import PartnerReleases
    from cop.store.catalogue.reader import is_published
    from cop.store.room.room import Room

    if agency is None:
        if highest is not None:
            raise AccessError("--highest is of an agency: name it with --as AGENCY")
        return WrittenFor()
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    policy.check_person(agency=agency, roles=(), highest=highest)
    if not is_published(store):
        return WrittenFor(release=policy.agency_release(agency, highest=highest))
    with closing(Room(store)) as room:
        found = PartnerReleases(room, store, policy).for_agency(agency, highest=highest)
    return WrittenFor(release=found)
