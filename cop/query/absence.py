"""What to call data that are not there, as far as a viewer knows: not loaded, or not released.

For who reads by a release both have the same words, so that these do not tell one from the other.
"""

from typing import Final

from cop.model.release import Release
from cop.store.snapshot import Snapshot

_MOST_NAMED: Final = 4


def name_absence(release: Release | None) -> str:
    """Return what there would have to be, after "No records": loaded, or released to an agency."""
    return "loaded" if release is None else f"released to {release.agency}"


def describe_absence(snapshot: Snapshot, what: str) -> str:
    """Return that there is none of something, with the sources that are withheld by name.

    They are named where the policy tells them.
    """
    words = f"No {what} {name_absence(snapshot.release)}"
    names = [*snapshot.withheld] if snapshot.release is not None else []
    if not names:
        return words
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{words} (withheld: {', '.join(names[:_MOST_NAMED])}{more})"
