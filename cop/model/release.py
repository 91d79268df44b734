"""What a viewer may read: an agency's people, up to a label."""

from dataclasses import dataclass, replace

from cop.model.giving import Grant
from cop.model.marking import MARKINGS, Marking, MarkingError, is_agency, parse_marking


@dataclass(frozen=True, kw_only=True)
class Release:
    """The records that one group of viewers may read.

    They belong to ``agency`` and may read labels up to ``highest``. With ``names_withheld`` they
    are told which sources are not released to them. Where a month, county and kind has fewer
    events than ``smallest_count``, these are left out. ``shown_to`` is the agency of a person who
    looks as this one does: they see what both may read. With a ``grant`` it is what a partner is
    given of that: its events by the rules of giving. Where a Release can be None, None is
    everything.
    """

    agency: str
    highest: str = "TLP:AMBER+STRICT"
    names_withheld: bool = True
    smallest_count: int = 1
    shown_to: str = ""
    grant: Grant | None = None

    def __post_init__(self) -> None:
        """Refuse a code or a label that is none: it would admit what was not meant."""
        if not is_agency(self.agency):
            raise MarkingError(f"agency {self.agency[:40]!r}: use 2 to 12 of A-Z, 0-9 and -")
        Marking.of(self.highest)

    @property
    def reads_unmarked(self) -> bool:
        """Whether they may read what was never checked, as rejected rows, whatever it is marked."""
        return self.highest == MARKINGS[-1]

    def admits(self, marking: str | None) -> bool:
        """Return whether these viewers may read what carries a marking; what has none they may not.

        One that cannot be read admits nobody.
        """
        try:
            found = parse_marking(marking or "")
        except MarkingError:
            return False
        if found.level > MARKINGS.index(self.highest):
            return False
        readers = {self.agency, self.shown_to} - {""}
        return found.audience is None or readers <= found.audience

    def seen_by(self, own: "Release | None") -> "Release":
        """Return what people with a release of their ``own`` see of this one; None is everyone."""
        if own is None:
            return self
        return replace(
            self,
            highest=min(self.highest, own.highest, key=MARKINGS.index),
            names_withheld=self.names_withheld and own.names_withheld,
            smallest_count=max(self.smallest_count, own.smallest_count),
            shown_to=own.agency,
        )

    def why_not(self, marking: str | None) -> str:
        """Return why what carries a marking is withheld; empty if it is not."""
        try:
            found = parse_marking(marking or "")
        except MarkingError:
            return "without a marking that can be read"
        if found.level > MARKINGS.index(self.highest):
            return f"{found.label} is above {self.highest}"
        return "" if self.admits(marking) else f"not released to {self.agency}"


def admits(release: Release | None, marking: str | None) -> bool:
    """Return whether a release, or everything for None, has what carries a marking."""
    return release is None or release.admits(marking)
