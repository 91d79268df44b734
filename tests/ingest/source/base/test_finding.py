"""Tests of what was found in a file: said once by code and column, with how many rows."""

import pytest

from cop.ingest.source.base.finding import FINDINGS, Notes

pytestmark = pytest.mark.layers


def test_the_same_finding_of_a_column_is_said_once_with_its_rows() -> None:
    notes = Notes()
    for column in ("a", "a", "b"):
        notes.add("formula_cells", rows=2, column=column)
    found = {(one.code, one.column): one.rows for one in notes.list()}
    assert found == {("formula_cells", "a"): 4, ("formula_cells", "b"): 2}


def test_words_hold_what_they_are_about() -> None:
    notes = Notes()
    notes.add("encoding_guessed", "cp1252")
    (found,) = notes.list()
    assert found.severity == FINDINGS["encoding_guessed"][0] == "warning"
    assert "read as cp1252" in found.words
