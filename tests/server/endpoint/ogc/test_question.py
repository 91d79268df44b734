"""What a request for features asks for."""

from datetime import datetime

import pytest

from cop.errors import FilterError
from cop.query.item.page import MOST_ITEMS
from cop.query.item.table import PropertyKind
from cop.server.endpoint.ogc.question import USUAL_LIMIT, read_interval, read_limit, read_value

pytestmark = pytest.mark.exchange
DAY, LAST = datetime(2026, 1, 2), datetime(2026, 1, 2, 23, 59, 59, 999999)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (None, (None, None)),
        ("2026-01-02", (DAY, LAST)),
        ("2026-01-02T00:00:00Z", (DAY, DAY)),
        ("2026-01-02T01:00:00+01:00", (DAY, DAY)),
        ("2026-01-02/..", (DAY, None)),
        ("2026-01-02/", (DAY, None)),
        ("../2026-01-02", (None, LAST)),
        ("/2026-01-02T00:00:00Z", (None, DAY)),
        ("2026-01-02/2026-01-02", (DAY, LAST)),
        ("../..", (None, None)),
    ],
)
def test_an_interval_has_both_ends(text: str | None, ends: tuple[object, object]) -> None:
    assert read_interval(text) == ends


@pytest.mark.parametrize(
    "text", ["", "..", "x", "2026", "2026-01-02/2026-01-01", "2026-01-01/2026-01-02/2026-01-03"]
)
def test_an_interval_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="datetime="):
        read_interval(text)


def test_a_limit_has_a_most() -> None:
    assert read_limit(None) == USUAL_LIMIT
    assert [read_limit(text) for text in ("1", "007", "10000", "99999")] == [1, 7] + [
        MOST_ITEMS
    ] * 2
    for text in ("0", "-1", "1.5", "", "a", "9" * 12, "\u0661"):
        with pytest.raises(FilterError, match="limit="):
            read_limit(text)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a", "text", "a"), ("", "text", ""), ("7", "whole", 7.0), ("1.5", "number", 1.5),
        ("true", "flag", True), ("false", "flag", False), ("2026-01-02", "moment", DAY),
    ],
)  # fmt: skip
def test_a_value_is_of_the_propertys_kind(text: str, kind: PropertyKind, value: object) -> None:
    assert read_value("a", text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("a", "whole", "a whole number"), ("nan", "number", "a number"),
        ("1e300", "number", "a number"), ("yes", "flag", "true or false"),
        ("now", "moment", "is not a moment"),
    ],
)  # fmt: skip
def test_another_value_is_refused(text: str, kind: PropertyKind, told: str) -> None:
    with pytest.raises(FilterError) as refusal:
        read_value("a", text, kind)
    assert told in str(refusal.value)
