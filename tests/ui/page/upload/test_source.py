"""The form of a source."""

import pytest

from cop.ui.page.upload.source import source_answers

pytestmark = pytest.mark.layers


def test_the_answers_of_a_source_are_texts_and_a_switch() -> None:
    source = {"id": "s", "title": "T", "publisher": "P", "terms": "none", "cadence_days": 0.5}
    answers = source_answers(source)
    assert (answers["source-id"], answers["source-cadence"]) == ("s", "0.5")
    assert (answers["source-marking"], answers["source-synthetic"]) == ("TLP:AMBER", False)
    weekly = source_answers({**source, "cadence_days": 7.0, "synthetic": True})
    assert (weekly["source-cadence"], weekly["source-synthetic"]) == ("7", True)
    assert source_answers({**source, "cadence_days": None})["source-cadence"] == ""
