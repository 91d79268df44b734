"""Tests of values that follow a feature's properties."""

import pytest

from cop.model.scale import ByClass, ByStep, Constant, Scale, class_value

pytestmark = pytest.mark.house

KINDS = ByClass(property="kind", values={"rescue": 1, "true": 2, "3": 3}, other=0)
STEPS = ByStep(property="n", breaks=(1, 5), values=("few", "some", "many"), unknown="?")


@pytest.mark.parametrize("properties", [{}, {"kind": "rescue"}])
def test_a_constant_is_the_same_for_all(properties: dict[str, str]) -> None:
    assert Constant(7).of(properties) == 7
    assert Constant(7).every() == (7,)


@pytest.mark.parametrize(
    ("value", "found"),
    [("rescue", 1), (True, 2), (3, 3), ("drone", 0), (False, 0), (None, 0), (3.0, 0)],
)
def test_a_class_is_found_by_the_text_of_its_value(value: object, found: int) -> None:
    assert KINDS.of({"kind": value}) == found


def test_what_a_feature_lacks_is_of_no_class_and_unknown() -> None:
    assert KINDS.of({}) == 0
    assert STEPS.of({}) == STEPS.of({"n": None}) == "?"


@pytest.mark.parametrize(
    ("value", "found"),
    [(-3, "few"), (0.99, "few"), (1, "some"), (4.99, "some"), (5, "many"), ("6", "many")],
)
def test_a_step_begins_at_its_break(value: float | str, found: str) -> None:
    assert STEPS.of({"n": value}) == found


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1, "1"), (1.5, "1.5"), ("A", "A")]
)
def test_a_class_is_named_as_tiles_carry_it(value: bool | float | str, text: str) -> None:
    assert class_value(value) == text


@pytest.mark.parametrize(
    ("scale", "samples"),
    [
        (Constant("a"), [{}]),
        (ByClass(property="p", values={"x": "a"}, other="bb"), [{"p": "x"}, {"p": "y"}, {}]),
        (STEPS, [{"n": 0}, {"n": 2}, {"n": 9}, {}]),
    ],
)
def test_a_changed_scale_has_the_changed_values(
    scale: Scale[str], samples: list[dict[str, object]]
) -> None:
    changed: Scale[int] = scale.map(len)
    assert [changed.of(one) for one in samples] == [len(scale.of(one)) for one in samples]
    assert changed.every() == tuple(map(len, scale.every()))
    assert {scale.of(one) for one in samples} == set(scale.every())
