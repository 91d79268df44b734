"""Tests of the rules of impact levels: bounds, and what makes a book of rules whole."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.impact_rule import LEVELS, UNKNOWN, Bound, Rule, RuleBook

pytestmark = pytest.mark.house


def rule(name: str, level: str, **when: dict[str, float]) -> dict[str, Any]:
    return {"name": name, "level": level, "when": when or {"events": {"at_least": 3}}}


def book(**changes: Any) -> dict[str, Any]:
    reaction = {"lasts_h": 24, "longest_h": 48, "checklist": ["look"]}
    good = {
        "window_days": 7,
        "observed": {"coverage": 0.1, "events": 1},
        "levels": dict.fromkeys(LEVELS, reaction) | {"high": {**reaction, "lasts_h": 12}},
        "rules": [rule("a", "critical"), rule("b", "high"), rule("c", "high")],
        "otherwise": "low",
    }
    return good | changes


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        ({"at_least": 2}, [2, 3, float("inf")], [1.9, float("nan")]),
        ({"below": 2}, [-5, 1.9], [2, float("nan")]),
        ({"at_least": 1, "below": 2}, [1, 1.9], [0.9, 2, float("nan")]),
    ],
)
def test_a_bound_holds_from_its_least_to_below_its_end(
    bound: dict[str, float], inside: list[float], outside: list[float]
) -> None:
    asked = Bound.model_validate(bound)
    assert all(asked.contains(value) for value in inside)
    assert not any(asked.contains(value) for value in outside)
    assert all(f"{value:g}" in asked.words for value in bound.values())


@pytest.mark.parametrize(
    "bound",
    [{}, {"at_least": 2, "below": 2}, {"at_least": 3, "below": 2}, {"below": float("inf")}],
)
def test_a_bound_that_asks_nothing_is_refused(bound: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Bound.model_validate(bound)


@pytest.mark.parametrize(
    ("figure", "bound"),
    [
        ("coverage", {"below": 1.1}),
        ("rank", {"at_least": -1}),
        ("change", {"at_least": -101}),
        ("events", {"at_least": -1}),
        ("expected", {"at_least": 2e6}),
    ],
)
def test_a_number_that_no_figure_has_is_refused(figure: str, bound: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=f"{figure} {next(iter(bound))}"):
        Rule.model_validate(rule("a", "high", **{figure: bound}))


@pytest.mark.parametrize("when", [{}, {"weather": {"below": 1}}])
def test_a_rule_needs_known_figures(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="when"):
        Rule.model_validate({"name": "a", "level": "high", "when": when})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"levels": {}}, "critical is missing"),
        ({"otherwise": "critical"}, "otherwise"),
        ({"rules": [rule("a", "high"), rule("a", "low")]}, "two rules are named 'a'"),
        ({"rules": [rule("a", "low"), rule("b", "high")]}, "rule 'b' of level high"),
        ({"rules": []}, "rules"),
        ({"window_days": 0}, "window_days"),
    ],
)
def test_a_book_that_is_not_whole_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RuleBook.model_validate(book(**changes))


def test_a_reaction_lasts_at_most_its_longest() -> None:
    reaction = {"lasts_h": 49, "longest_h": 48, "checklist": ["look"]}
    with pytest.raises(ValidationError, match="lasts_h 49"):
        RuleBook.model_validate(book(levels=dict.fromkeys(LEVELS, reaction)))


def test_a_book_says_how_long_and_what_to_do() -> None:
    rules = RuleBook.model_validate(book())
    assert rules.window == timedelta(days=7)
    assert rules.lasts("high") == timedelta(hours=12)
    assert rules.lasts("low") == timedelta(hours=24)
    assert rules.longest("high") == timedelta(hours=48)
    assert rules.checklist("medium") == ("look",)


def test_an_unknown_level_asks_to_look() -> None:
    (line,) = RuleBook.model_validate(book()).checklist(UNKNOWN)
    assert line != "look"


@pytest.mark.parametrize(
    ("low", "high", "within"),
    [
        (0.2, 0.2, True), (0.2, 0.4, True), (0.1, 0.3, None), (0.3, 0.9, None), (0.1, 0.9, None),
        (0.0, 0.1, False), (0.5, 0.9, False),
    ],
)  # fmt: skip
def test_a_figure_between_two_values_may_lie_within(
    low: float, high: float, within: bool | None
) -> None:
    assert Bound(at_least=0.2, below=0.5).contains_all(low, high) is within
