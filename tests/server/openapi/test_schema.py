"""Tests of schemas: of typed results, closed, so that a field that is not described is noticed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from cop.server.openapi.schema import (
    TEXT,
    WHOLE,
    build_object,
    describe_types,
    list_of,
    map_of,
    one_of,
    or_null,
)

pytestmark = pytest.mark.access


@dataclass(frozen=True)
class Part:
    title: str
    n: int | None = None


@dataclass(frozen=True)
class Whole:
    properties: Part
    rest: tuple[Part, ...] = ()


class Dated(BaseModel):
    at: datetime


def accepts(schema: dict[str, Any], value: object) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


def test_an_object_has_its_properties_and_no_others() -> None:
    schema = build_object({"a": TEXT, "b": or_null(WHOLE)}, optional=("b",))
    assert accepts(schema, {"a": "x"})
    assert accepts(schema, {"a": "x", "b": None})
    for wrong in ({}, {"a": 1}, {"a": "x", "c": 1}, {"a": "x", "b": "x"}):
        assert not accepts(schema, wrong)


def test_lists_maps_and_words() -> None:
    assert accepts(list_of(one_of("ab")), ["a", "b"])
    assert not accepts(list_of(one_of("ab")), ["c"])
    assert accepts(map_of(WHOLE), {"x": 1})
    assert not accepts(map_of(WHOLE), {"x": "1"})


def test_a_typed_result_is_described_as_it_is_answered() -> None:
    schemas = describe_types(Whole)
    assert set(schemas) == {"Whole", "Part"}
    whole = {**schemas["Whole"], "components": {"schemas": schemas}}
    answer = asdict(Whole(Part("x"), (Part("y", 1),)))
    answer["rest"] = list(answer["rest"])
    assert accepts(whole, answer)
    assert not accepts(whole, answer | {"more": 1})
    assert not accepts(whole, {"properties": answer["properties"]}), "defaults are answered too"
    answer["rest"][0]["more"] = 1
    assert not accepts(whole, answer)


def test_moments_of_typed_results_are_without_a_zone() -> None:
    (schema,) = describe_types(Dated).values()
    assert accepts(schema, Dated(at=datetime(2026, 1, 1)).model_dump(mode="json"))
    assert not accepts(schema, {"at": "2026-01-01T00:00:00Z"})
