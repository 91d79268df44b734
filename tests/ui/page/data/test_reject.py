"""Rejected rows by source and reason."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.store.dataset.reject import RejectFile
from cop.ui.page.data.reject import build_reason_table

pytestmark = pytest.mark.sources


def rejected(source: str, **reasons: int) -> RejectFile:
    return RejectFile(
        source=source,
        name="1.csv",
        path=Path("1.csv"),
        rejected_at=datetime(2026, 11, 1),
        n=sum(reasons.values()),
        reasons=reasons,
        examples=(),
    )


def test_reasons_are_counted_over_all_loads_most_first() -> None:
    files = [rejected("a", date=2, place=1), rejected("a", date=3), rejected("b", place=4)]
    table = build_reason_table(files, {})
    assert table.to_dict("list") == {
        "source": ["a", "b", "a"],
        "reason": ["date", "place", "place"],
        "n": [5, 4, 1],
    }


def test_without_files_the_table_is_empty_with_its_columns() -> None:
    assert list(build_reason_table([], {}).columns) == ["source", "reason", "n"]
