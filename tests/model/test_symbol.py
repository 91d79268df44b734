"""Codes of symbols: what is one, what is kept of it, and the code of a Cursor-on-Target type."""

import pytest
from pydantic import ValidationError

from cop.model.symbol import OFFERED, TITLES, SymbolPart, check_code, read_cot

pytestmark = pytest.mark.layers


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("10031000002002000000", "10031000002002000000"),
        (" sfgpuci--------\n", "SFGPUCI--------"),
        ("SFGPUCI---*****", "SFGPUCI--------"),
        ("SFGPUCI", "SFGPUCI--------"),
        ("SHGPE-----", "SHGPE----------"),
    ],
)
def test_a_code_is_kept_in_one_way(said: str, kept: str) -> None:
    assert check_code(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "circle!",
        "1003100000200200000",
        "100310000020020000001",
        "SFGPUCI---------",
        "1003A",
        "é",
    ],
)
def test_what_is_no_code_is_named_and_the_way_to_write_one_said(said: str) -> None:
    with pytest.raises(
        ValueError, match="is not a symbol identification code: use 20 digits"
    ) as told:
        check_code(said)
    assert repr(said) in str(told.value)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("a-f-G-U-C", "SFGPUC---------"),
        ("a-f-G-U-C-I", "SFGPUCI--------"),
        ("a-h-G-E-V-C-A", "SHGPEVCA-------"),
        ("a-u-G", "SUGP-----------"),
        ("a-n-A-C-F", "SNAPCF---------"),
        ("a-f-G-I-B", "SFGPIB----H----"),
        ("a-f-G-U-C-v-4", "SFGPUC---------"),
        ("a-f-S-X-M", "SFSPXM---------"),
        ("a-p-G", None),
        ("a-.-G", None),
        ("a-f-G-U-C-I-A-B-C-D", None),
        ("b-m-p-s-p-i", None),
        ("u-d-f", None),
        ("a-f-GU", None),
        ("", None),
    ],
)
def test_a_type_of_cursor_on_target_has_its_letter_code(kind: str, code: str | None) -> None:
    assert read_cot(kind) == code


def test_each_offered_symbol_has_a_code_of_its_own() -> None:
    assert len(TITLES) == len(OFFERED)
    assert all(check_code(code) == code for code in OFFERED.values())


@pytest.mark.parametrize(
    "wrong", [{"fill": "red", "path": "M1,2L3,4L5,6Z"}, {"fill": "#000000", "path": "M1,2 <b>"}]
)
def test_a_drawing_holds_colours_and_corners_and_nothing_else(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SymbolPart.model_validate(wrong)
