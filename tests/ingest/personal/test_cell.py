"""Tests of cells about persons: what is written as a mail address, a phone or a document."""

import pytest

from cop.ingest.personal.cell import holds_personal_cells, is_jmbg, is_personal_cell

pytestmark = pytest.mark.trust


@pytest.mark.parametrize(
    "text",
    [
        "a.b@example.org", "write to <a@example.org>", "(956) 555-0100", "956-555-0100",
        "+1.956.555.0100", "+52 656 555 0100", "+36 30 555 0100", "+381641234567", "06 30 555 0100",
        "06-1-555-0100", "30/555-0100", "064/123-4567", "064 123 45 67", "011/123-4567",
        "55 5555 0100", "call 956-555-0100 now", "123-45-6789", "A012345678", "A01234567",
        "A# 012 345 678", "A-012-345-678", "GOMC850101HDFMRR09", "GMCRMR85010109H400",
        "1-850101-1234", "P<MEXGOMEZ<<CARLOS<<<<<<", "0101990710008",
    ],
)  # fmt: skip
def test_a_cell_about_a_person(text: str) -> None:
    assert is_personal_cell(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "31.765432", "+31.765432", "-106.485,31.7619", "06-11-2026", "06-11-2026 12:30",
        "01/02/2026", "2026-11-28T12:00:00+02:00", "2026-11-28 12:00:00", "281630Z NOV 26",
        "14R NQ 1234 5678", "1764331200", "1764331200000", "9007199254740993", "RGV-0101",
        "SN-12345", "12345678", "US 281", "MM 45.6",
        "192.168.1.20", "EVNT261128001", "A1234", "0.001 0.002",
    ],
)  # fmt: skip
def test_a_cell_of_the_trade(text: str) -> None:
    assert not is_personal_cell(text)


def test_a_share_of_the_cells_decides() -> None:
    cells = ["(956) 555-0100"] * 3 + ["clear"] * 7
    assert holds_personal_cells(cells, share=0.3)
    assert not holds_personal_cells([*cells, "clear"], share=0.3)
    assert not holds_personal_cells([], share=0.3)


def test_a_personal_number_has_a_date_and_a_check_digit() -> None:
    assert is_jmbg("0101990710008")
    assert is_jmbg("101990710008"), "a column of numbers has no leading zero"
    assert not is_jmbg("0101990710009")
    assert not is_jmbg("3201990710005")
