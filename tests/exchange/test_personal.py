"""Tests of attributes about persons in what partners give: they are left out, the rest stays."""

import json
from typing import Any

import pyarrow as pa
import pytest

from cop.exchange.personal import leave_out_personal

pytestmark = pytest.mark.exchange


def rows(*attributes: dict[str, Any] | None) -> pa.Table:
    texts = [None if own is None else json.dumps(own, ensure_ascii=False) for own in attributes]
    return pa.table({"record": [str(i) for i in range(len(texts))],
                     "attributes": pa.array(texts, pa.string())})  # fmt: skip


def cleaned(table: pa.Table) -> list[dict[str, Any] | None]:
    found = leave_out_personal(table)[0]
    assert found.column_names == table.column_names
    return [None if text is None else json.loads(text) for text in found["attributes"].to_pylist()]


def test_what_is_about_no_person_stays_byte_for_byte() -> None:
    table = rows({"cause": "heat", "route": "río", "vehicles": 2}, None)
    assert leave_out_personal(table) == (table, ())


def test_an_attribute_is_judged_by_its_name() -> None:
    table = rows({"passport_no": "x", "cause": "heat"}, {"cause": "cold"}, {"passport_no": "y"})
    assert leave_out_personal(table)[1] == ("passport_no",)
    assert cleaned(table) == [{"cause": "heat"}, {"cause": "cold"}, None]


def test_an_attribute_is_judged_by_its_cells() -> None:
    table = rows(*({"note": f"ana{i}@example.org", "n": i} for i in range(5)))
    assert cleaned(table) == [{"n": i} for i in range(5)]


def test_what_is_within_an_attribute_counts() -> None:
    table = rows({"case": {"passport_no": "x", "born": "1990-01-01"}, "cause": "heat"})
    assert cleaned(table) == [{"cause": "heat"}]


def test_a_mere_name_goes_beside_what_identifies() -> None:
    assert cleaned(rows({"name": "Ana", "passport_no": "x", "cause": "heat"})) == [
        {"cause": "heat"}
    ]
