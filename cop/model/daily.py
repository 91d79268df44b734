"""Briefs that were made, and those that are made every day."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from cop.model.filter import Filter
from cop.model.marking import MARKINGS
from cop.model.release import Release
from cop.model.time_zone import TimeZoneName


class MadeBrief(BaseModel):
    """A brief that was made: of which place, for which agency, of which version.

    ``place`` is the text of the filter's places; ``pdf`` and ``html`` are the files' digests, None
    where it was only shown. ``made_at`` is naive UTC. It has what readers up to the label
    ``highest`` may read of ``sources``, and leaves out cells of fewer events than
    ``smallest_count``.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    place: str
    made_for: str
    title: str
    made_at: datetime
    version: int
    marking: str
    made_by: str
    highest: str
    smallest_count: int = 1
    sources: tuple[str, ...] = ()
    pdf: str | None = None
    html: str | None = None

    def is_for(self, release: Release | None) -> bool:
        """Return whether whoever reads by a release may read all that it has."""
        if release is None:
            return self.made_for == ""
        return (
            self.made_for == release.agency
            and MARKINGS.index(self.highest) <= MARKINGS.index(release.highest)
            and self.smallest_count >= release.smallest_count
            and release.admits(self.marking)
        )


class BriefSchedule(BaseModel):
    """A brief that is made every day at a time of the local clock; moments are naive UTC.

    ``made_until`` is the due time that was made last.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    place: str
    made_for: str
    time_zone: TimeZoneName
    hour: Annotated[int, Field(ge=0, le=23)]
    minute: Annotated[int, Field(ge=0, le=59)]
    added_by: str
    added_at: datetime
    made_until: datetime | None = None

    def last_due(self, now: datetime) -> datetime:
        """Return the newest time at which it was due, now or before (naive UTC)."""
        zone = ZoneInfo(self.time_zone)
        local = now.replace(tzinfo=UTC).astimezone(zone)
        due = local.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if due > local:
            # By the calendar of the place: a day of a changed clock has 23 or 25 hours.
            due = (local - timedelta(days=1)).replace(
                hour=self.hour, minute=self.minute, second=0, microsecond=0
            )
        return due.astimezone(UTC).replace(tzinfo=None)

    def is_due(self, now: datetime) -> bool:
        """Return whether one has to be made now: none yet since it was due last."""
        last = self.last_due(now)
        return last > (self.made_until or self.added_at)


def name_place(place: Filter) -> str:
    """Return the places of a filter as text: the same for the same places."""
    pairs = Filter(sectors=place.sectors, counties=place.counties, area=place.area).to_pairs()
    return urlencode(sorted(pairs))


def read_place(text: str) -> Filter:
    """Return the places of a text that ``name_place`` has written."""
    return Filter.from_pairs(parse_qsl(text))


def describe_schedule(schedule: BriefSchedule) -> str:
    """Return a daily brief in one line."""
    place = read_place(schedule.place)
    names = [*place.counties, *place.sectors, *(["a drawn area"] if place.area else [])]
    return (
        f"{', '.join(names) or 'the whole border'} for {schedule.made_for}, "
        f"{schedule.hour:02d}:{schedule.minute:02d} {schedule.time_zone}"
    )
