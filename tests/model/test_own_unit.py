"""Tests of own units: their types in words, and what is no position of one."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.own_unit import OwnUnit

AT = datetime(2026, 11, 24, 18, 30)


def own_unit(**stated: Any) -> OwnUnit:
    built: dict[str, Any] = {
        "key": "0" * 16, "type": "a-f-G-U-C", "callsign": "RANGER 1", "lon": -110.94, "lat": 31.35,
        "accuracy_m": 8.0, "at": AT, "until": AT.replace(minute=32), "marking": "TLP:AMBER",
        "made_up": "",
    }  # fmt: skip
    return OwnUnit(**built | stated)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a-f", "Unit"),
        ("a-f-G", "Ground unit"),
        ("a-f-G-U-C", "Ground unit"),
        ("a-f-G-E-V-C", "Vehicle"),
        ("a-f-A-M-H-Q", "Drone"),
        ("a-f-A-M-H", "Helicopter"),
        ("a-f-Gx", "Unit"),
    ],
)
def test_a_type_is_told_by_its_longest_known_beginning(name: str, title: str) -> None:
    assert own_unit(type=name).title == title


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "ANDROID-1"},
        {"type": "a-h-G"},
        {"type": "a-f-G\n"},
        {"type": "a-f-<b>"},
        {"callsign": "x" * 41},
        {"lon": 181.0},
        {"lat": float("nan")},
        {"accuracy_m": float("inf")},
        {"made_up": "maybe"},
        {"uid": "ANDROID-1"},
    ],
)
def test_what_is_no_position_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        own_unit(**wrong)
