"""What was shared, counted over entries: once each, in its month, on its side."""

import json
from datetime import datetime
from typing import Any

import pytest

from cop.model.audit import AuditEntry
from cop.model.sharing import MonthShared, count_sharing

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 12, 1)


def entry(
    action: str, subject: str, *, at: str = "2026-11-03", outcome: str = "done", agency: str = "",
    **detail: Any,
) -> AuditEntry:  # fmt: skip
    return AuditEntry(
        seq=1, at=f"{at}T12:00:00.000000Z", who="x", name="x", agency=agency, roles="", origin="",
        address="", action=action, subject=subject, outcome=outcome, completes=None,
        detail=json.dumps(detail), previous="", hash="",
    )  # fmt: skip


def count(*entries: AuditEntry) -> dict[tuple[str, str], MonthShared]:
    found = count_sharing(entries, host="JTF", now=NOW)
    return {(one.partner, one.month): one for one in found}


def give(number: int, **more: Any) -> AuditEntry:
    stated = {"added": 2, "changed": 1, "removed": 3, "withdrawn": 9}
    return entry("give package", "partner DPS", number=number, **stated | more)


def test_a_package_counts_once_by_its_number() -> None:
    again = entry("give package", "partner DPS", at="2026-12-01", number=7, added=2)
    found = count(give(7), give(7), again, give(8), entry("give package", "partner DPS"))
    assert list(found) == [("DPS", "2026-11")]
    side = found["DPS", "2026-11"].ours
    assert (side.packages, side.added, side.changed, side.withdrawn) == (2, 4, 2, 6)
    assert found["DPS", "2026-11"].theirs.packages == 0


def test_what_was_not_done_counts_nothing() -> None:
    refused = [entry("give package", "partner DPS", number=1, outcome=one)
               for one in ("begun", "refused", "failed")]  # fmt: skip
    assert count(*refused) == {}


def rfi(action: str, name: str, asker: str, answerer: str, **more: Any) -> AuditEntry:
    at = more.pop("at", "2026-11-03")
    stated = {"asker": asker, "answerer": answerer, "due_at": "2026-11-05T00:00:00Z"}
    return entry(action, f"rfi {name}", at=at, **stated | more)


def test_questions_and_answers_are_on_the_side_of_who_did_it() -> None:
    found = count(
        rfi("ask rfi", "a", "JTF", "DPS"),
        rfi("receive rfi", "b", "DPS", "JTF"),
        rfi("receive rfi", "b", "DPS", "JTF"),
        rfi("receive rfi reply", "a", "JTF", "DPS", answered_after_s=60),
        rfi("receive rfi reply", "a", "JTF", "DPS", answered_after_s=90),
    )["DPS", "2026-11"]
    assert (found.ours.asked, found.theirs.asked) == (1, 1)
    assert (found.ours.answered, found.theirs.answered) == (0, 1)
    assert found.theirs.answer_s == (60,)
    # We owe the answer to b; theirs was given.
    assert (found.ours.n_owed, found.theirs.n_owed) == (1, 0)


def test_a_request_between_agencies_at_the_table_is_in_the_row_of_each() -> None:
    found = count(
        rfi("ask rfi", "a", "SO-1", "DPS"), rfi("answer rfi", "a", "SO-1", "DPS", at="2026-12-01")
    )
    assert found["SO-1", "2026-11"].theirs.asked == 1
    assert found["DPS", "2026-11"].ours.asked == 1
    assert found["DPS", "2026-12"].theirs.answered == 1
    assert found["DPS", "2026-12"].theirs.answer_s == ()


def test_reports_count_in_the_month_in_which_they_came() -> None:
    found = count(
        entry("report", "report 1", agency="SO-1"),
        entry("report", "report 1", agency="SO-1"),
        entry("report", "report 2", agency="SO-1"),
        entry("report", "report 3"),
        entry("grade", "report 1", at="2026-12-01"),
        entry("grade", "report 1", at="2026-12-01"),
    )
    assert list(found) == [("SO-1", "2026-11")]
    one = found["SO-1", "2026-11"]
    assert (one.reports, one.reports_answered, one.report_share) == (2, 1, 0.5)


def test_delays_of_packages_are_added_by_source() -> None:
    text = f"JTF/own {'.'.join(['0'] * 4 + ['2'] + ['0'] * 13)}"
    found = count(
        give(1, occurred_to_reported=[text]),
        give(2, occurred_to_reported=[text, "nonsense", f"SYNTHETIC:{text}"]),
    )["DPS", "2026-11"].ours
    assert found.n_new(synthetic=False) == 4
    assert found.n_new(synthetic=True) == 2
    assert found.reported(synthetic=False).median_words == "within 6 h"
    assert found.shared(synthetic=False).median_words == "not known"


def test_details_of_another_shape_are_left_out() -> None:
    found = count(give(1, added="many", changed=None, occurred_to_reported="x"))["DPS", "2026-11"]
    assert (found.ours.packages, found.ours.added, found.ours.changed) == (1, 0, 0)
    asked = count(rfi("ask rfi", "a", "JTF", "DPS", due_at="soon"))["DPS", "2026-11"]
    assert asked.theirs.n_owed == 0
