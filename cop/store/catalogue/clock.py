"""The clock of a publish: it dates the version, so a doubtful one is refused until accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from cop.errors import ClockError
from cop.settings import StoreSettings

STEP = timedelta(seconds=1)
"""A clock that is kept by a time server is set back by less."""


@dataclass(frozen=True, kw_only=True)
class PublishClock:
    """When a publish may be dated: from the newest version on, at most ``most_days`` after it.

    0 days are no limit. What ``is_accepted`` is published at any time.
    """

    most_days: int
    is_accepted: bool = False

    @classmethod
    def of(cls, settings: StoreSettings) -> "PublishClock":
        """Return what the settings allow."""
        return cls(most_days=settings.publish_gap_days, is_accepted=settings.accept_clock)

    def find_fault(self, published_at: datetime, now: datetime) -> str | None:
        """Return what is doubtful of a publish ``now`` (UTC), None if nothing is."""
        last = f"{published_at.isoformat(timespec='seconds')}Z, when the newest version was"
        if now < published_at - STEP:
            return f"is before {last} published"
        if self.most_days and now - published_at > timedelta(days=self.most_days):
            days = (now - published_at).days
            return (
                f"is {days:,} days after {last} published, more than COP_PUBLISH_GAP_DAYS="
                f"{self.most_days}"
            )
        return None

    def check(self, published_at: datetime, now: datetime, *, folder: Path) -> None:
        """Raise ClockError if a publish ``now`` is doubtful and nobody accepted it."""
        fault = None if self.is_accepted else self.find_fault(published_at, now)
        if fault is not None:
            at = now.isoformat(timespec="seconds")
            raise ClockError(
                f"{folder}: nothing was published: the clock, {at}Z, {fault}; set the clock of "
                "this machine, or if it is right run it once with COP_ACCEPT_CLOCK=1"
            )


def order_moments(versions: Mapping[int, datetime]) -> dict[int, datetime]:
    """Return when versions were published, none before an earlier one, whatever the clock was."""
    return dict(zip(versions, accumulate(versions.values(), max), strict=True))
