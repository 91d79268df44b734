"""What was shared with each partner, month by month: both ways, counted from the audit record."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cop.errors import FilterError
from cop.model.audit import AuditEntry
from cop.model.delay import DelayTally, add_tallies
from cop.model.moment import parse_moment

GIVE, TAKE = "give package", "receive package"
REPORT, GRADE = "report", "grade"
_ASKED: Final = ("ask rfi", "receive rfi")
_REPLIED: Final = ("answer rfi", "decline rfi", "receive rfi reply")
COUNTED: Final = (GIVE, TAKE, REPORT, GRADE, *_ASKED, *_REPLIED)
"""The actions of the audit record that are counted; acts that were not done count nothing."""
_PARTNER: Final = "partner "


@dataclass(frozen=True, kw_only=True)
class SharedSide:
    """What one side did for the other in a month.

    It gave packages, with records and layers that were new, corrected or withdrawn then; it asked
    questions, and answered those of the other. ``answer_s`` has the seconds that each answer took,
    ``n_owed`` how many questions of that month it has not answered though they were due.
    """

    packages: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    layers_added: int = 0
    layers_changed: int = 0
    layers_withdrawn: int = 0
    asked: int = 0
    answered: int = 0
    answer_s: tuple[int, ...] = ()
    n_owed: int = 0
    occurred_to_reported: tuple[DelayTally, ...] = ()
    reported_to_shared: tuple[DelayTally, ...] = ()

    @property
    def median_answer(self) -> timedelta | None:
        """The median time to answer; None without an answer."""
        if not self.answer_s:
            return None
        return timedelta(seconds=statistics.median(self.answer_s))

    def n_new(self, *, synthetic: bool) -> int:
        """Return how many records were new, real or synthetic ones."""
        return self.reported(synthetic=synthetic).n

    def reported(self, *, synthetic: bool) -> DelayTally:
        """Return from occurred to reported, of the records that were new."""
        return add_tallies(t for t in self.occurred_to_reported if t.synthetic == synthetic)

    def shared(self, *, synthetic: bool) -> DelayTally:
        """Return from reported to shared, of the records that were new."""
        return add_tallies(t for t in self.reported_to_shared if t.synthetic == synthetic)


@dataclass(frozen=True, kw_only=True)
class MonthShared:
    """What was shared with a partner in a month (UTC): what it got, and what it gave.

    ``reports`` are those from the field by its people, ``reports_answered`` how many of them were
    graded, or left out for a reason, until now.
    """

    partner: str
    month: str
    ours: SharedSide = SharedSide()
    theirs: SharedSide = SharedSide()
    reports: int = 0
    reports_answered: int = 0

    @property
    def report_share(self) -> float | None:
        """The share of the reports that were answered; None without any."""
        return self.reports_answered / self.reports if self.reports else None


@dataclass
class _Side:
    packages: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    asked: dict[str, datetime | None] = field(default_factory=dict)
    answers: dict[str, int | None] = field(default_factory=dict)

    def build(self, owed: int) -> SharedSide:
        stated = [*self.packages.values()]
        return SharedSide(
            packages=len(stated),
            added=sum(_whole(one.get("added")) for one in stated),
            changed=sum(_whole(one.get("changed")) for one in stated),
            withdrawn=sum(_whole(one.get("removed", one.get("withdrawn"))) for one in stated),
            layers_added=sum(_whole(one.get("layers_added")) for one in stated),
            layers_changed=sum(_whole(one.get("layers_changed")) for one in stated),
            layers_withdrawn=sum(
                _whole(one.get("layers_removed", one.get("layers_withdrawn"))) for one in stated
            ),
            asked=len(self.asked),
            answered=len(self.answers),
            answer_s=tuple(sorted(s for s in self.answers.values() if s is not None)),
            n_owed=owed,
            occurred_to_reported=_tallies(stated, "occurred_to_reported"),
            reported_to_shared=_tallies(stated, "reported_to_shared"),
        )


def count_sharing(
    entries: Iterable[AuditEntry], *, host: str, now: datetime
) -> tuple[MonthShared, ...]:
    """Count what was shared, by partner and month (UTC), the newest month first.

    ``entries`` are those of COUNTED in the order in which they were made. A package counts by its
    number, a question and an answer by the request, a report by its id: once each, however often it
    was made, sent or recorded. ``host`` is this server's agency.
    """
    counted = _SharingCount(host=host)
    for entry in entries:
        if entry.outcome == "done":
            counted.take(entry)
    return counted.build(now)


@dataclass
class _SharingCount:
    host: str
    ours: dict[tuple[str, str], _Side] = field(default_factory=dict)
    theirs: dict[tuple[str, str], _Side] = field(default_factory=dict)
    reports: dict[str, tuple[str, str]] = field(default_factory=dict)
    graded: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    replied: set[str] = field(default_factory=set)

    def take(self, entry: AuditEntry) -> None:
        month, detail = entry.at[:7], entry.details
        if entry.action in (GIVE, TAKE):
            sides = self.ours if entry.action == GIVE else self.theirs
            code, number = entry.subject.removeprefix(_PARTNER), detail.get("number")
            if isinstance(number, int) and entry.subject.startswith(_PARTNER):
                known = any(
                    number in side.packages for (own, _), side in sides.items() if own == code
                )
                if not known:
                    _side(sides, code, month).packages[number] = detail
        elif entry.action == REPORT:
            self.reports.setdefault(entry.subject, (entry.agency or self.host, month))
        elif entry.action == GRADE:
            self.graded.add(entry.subject)
        elif entry.action in _ASKED:
            if entry.subject not in self.asked:
                self.asked.add(entry.subject)
                self._ask(entry.subject, month, detail)
        elif entry.subject not in self.replied:
            self.replied.add(entry.subject)
            self._reply(entry.subject, month, detail)

    def _ask(self, subject: str, month: str, detail: Mapping[str, Any]) -> None:
        due = _moment(detail.get("due_at"))
        asker, answerer = str(detail.get("asker", "")), str(detail.get("answerer", ""))
        if answerer != self.host:
            _side(self.ours, answerer, month).asked[subject] = due
        if asker != self.host:
            _side(self.theirs, asker, month).asked[subject] = due

    def _reply(self, subject: str, month: str, detail: Mapping[str, Any]) -> None:
        took = detail.get("answered_after_s")
        seconds = took if isinstance(took, int) else None
        asker, answerer = str(detail.get("asker", "")), str(detail.get("answerer", ""))
        if answerer != self.host:
            _side(self.theirs, answerer, month).answers[subject] = seconds
        if asker != self.host:
            _side(self.ours, asker, month).answers[subject] = seconds

    def build(self, now: datetime) -> tuple[MonthShared, ...]:
        sent: dict[tuple[str, str], list[str]] = {}
        for subject, key in self.reports.items():
            if key[0] != self.host:
                sent.setdefault(key, []).append(subject)
        keys = {*self.ours, *self.theirs, *sent}
        found = []
        for code, month in sorted(keys, key=lambda key: (key[1], key[0]), reverse=True):
            ours = self.ours.get((code, month), _Side())
            theirs = self.theirs.get((code, month), _Side())
            reports = sent.get((code, month), [])
            found.append(
                MonthShared(
                    partner=code,
                    month=month,
                    # Each side owes answers to the other's questions.
                    ours=ours.build(self._count_owed(theirs, now)),
                    theirs=theirs.build(self._count_owed(ours, now)),
                    reports=len(reports),
                    reports_answered=sum(one in self.graded for one in reports),
                )
            )
        return tuple(found)

    def _count_owed(self, asker: _Side, now: datetime) -> int:
        return sum(
            due is not None and due < now and subject not in self.replied
            for subject, due in asker.asked.items()
        )


def _side(sides: dict[tuple[str, str], _Side], code: str, month: str) -> _Side:
    return sides.setdefault((code, month), _Side())


def _tallies(stated: Iterable[Mapping[str, Any]], name: str) -> tuple[DelayTally, ...]:
    """Return the delays that packages state, one tally a source."""
    by_source: dict[str, list[DelayTally]] = {}
    for one in stated:
        listed = one.get(name)
        for text in listed if isinstance(listed, list) else ():
            tally = DelayTally.from_text(str(text))
            if tally is not None:
                by_source.setdefault(tally.source, []).append(tally)
    return tuple(add_tallies(own, source) for source, own in sorted(by_source.items()))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _moment(text: object) -> datetime | None:
    try:
        return parse_moment(str(text), name="due_at")
    except FilterError:
        return None
