"""Tests of the event vocabulary: what the layers and profiles rely on."""

import pytest

from cop.model.event import CONFIDENCES, DETECTIONS, KINDS, OUTSIDE, TIME_PRECISIONS, UNITS

pytestmark = pytest.mark.picture


def test_the_kinds_of_the_domain() -> None:
    assert set(KINDS) == {
        "crossing", "apprehension", "turn-back", "got-away", "rescue", "death", "seizure",
        "tunnel", "drone", "conflict", "other",
    }  # fmt: skip


def test_words_are_lower_case_and_once() -> None:
    for words in (tuple(KINDS), UNITS, DETECTIONS, CONFIDENCES, TIME_PRECISIONS):
        assert len(set(words)) == len(words)
        assert all(word == word.lower() and " " not in word for word in words)
    assert OUTSIDE not in KINDS
