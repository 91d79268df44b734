"""Notes of a layer's status in words."""

from datetime import datetime

import pytest

from cop.errors import SettingsError
from cop.layerkind.base.note import (
    CaveatNote,
    EffortUnknownNote,
    FaultNote,
    ForecastWindowNote,
    NoRecordsNote,
    NoRegionNote,
    NotLoadedNote,
    StatusNote,
    UnknownNote,
    format_notes,
)
from cop.model.window import TimeWindow
from cop.store.integrity.quarantine import Caveat

WEEK = TimeWindow(start=datetime(2026, 11, 25), end=datetime(2026, 12, 2))


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (NotLoadedNote(kind=None), "unknown: not loaded"),
        (
            NotLoadedNote(kind="places"),
            "unknown: not loaded; load it with `python -m cop ingest places FILE --profile NAME`",
        ),
        (NoRegionNote(), "no region is loaded"),
        (
            NoRecordsNote(kinds=("rescue", "death")),
            "unknown: no records of rescue, death are loaded",
        ),
        (UnknownNote(reason="the window is too short"), "unknown: the window is too short"),
        (FaultNote(fault=SettingsError("rules.yaml: level")), "rules.yaml: level"),
        (
            CaveatNote(caveat=Caveat(text="a file is damaged", missing=True, window=WEEK)),
            "a file is damaged",
        ),
        (ForecastWindowNote(window=WEEK), "25 NOV \N{EN DASH} 01 DEC 26"),
        (ForecastWindowNote(window=TimeWindow()), ""),
        (EffortUnknownNote(), "effort unknown"),
    ],
)
def test_a_note_is_a_line(note: StatusNote, words: str) -> None:
    assert note.line == words


def test_notes_are_joined_and_empty_ones_left_out() -> None:
    notes = (ForecastWindowNote(window=TimeWindow()), NoRegionNote(), EffortUnknownNote())
    assert format_notes(notes) == "no region is loaded; effort unknown"
    assert format_notes(()) == ""
