"""Saved mappings of the page: built of the answers, listed, put back."""

from datetime import datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from cop.errors import MappingError
from cop.ingest.mapping.export import export_mapping
from cop.ingest.mapping.load import build_mapped_profile
from cop.model.upload import Choices, ColumnSeen, Inspection
from cop.ui.page.upload import saved_mapping, widget
from cop.ui.page.upload.saved_mapping import build_mapping_table, build_saved, use_mapping
from cop.ui.page.upload.work import Incoming
from tests.support.mapping import HEADER, MAPPING

pytestmark = pytest.mark.layers

COLUMNS = HEADER.split(",")
SEEN = Inspection(
    format="csv",
    kind="table",
    layer="one",
    columns=tuple(ColumnSeen(name=name, kind="VARCHAR", filled=1) for name in COLUMNS),
)
CHOICES = Choices(roles={"grid": "position", "when": "time"}, numbered=True, layer="one")


@pytest.fixture
def incoming(monkeypatch: pytest.MonkeyPatch) -> Incoming:
    now = datetime(2026, 11, 27, 12)
    monkeypatch.setattr(saved_mapping, "use_context", lambda: SimpleNamespace(now=lambda: now))
    session: dict[str, Any] = {}
    monkeypatch.setattr(widget.st, "session_state", session)
    return Incoming(key="k", name="a.csv", file=BytesIO(), size=1, mapped_by=CHOICES)


def test_every_answer_is_a_profile(incoming: Incoming) -> None:
    declared = MAPPING["declared"]
    mapping = build_saved(incoming, SEEN, declared, name=" weekly ", author="Ana")
    assert (mapping.name, mapping.kind, mapping.columns) == ("weekly", "events", tuple(COLUMNS))
    assert mapping.reading.choices == Choices(roles=CHOICES.roles)
    words = yaml.safe_load(export_mapping(mapping))
    assert words.pop("name") == "weekly"
    assert build_mapped_profile("weekly", words).reading == mapping.reading
    table = build_mapping_table([mapping])
    assert table.iloc[0].to_list() == [
        "weekly", "events", "county_rescues", ", ".join(COLUMNS), "271200Z NOV 26", "Ana",
    ]  # fmt: skip
    with pytest.raises(MappingError, match="one line"):
        build_saved(incoming, SEEN, declared, name="", author="Ana")


def test_a_saved_mapping_fills_in_every_answer(incoming: Incoming) -> None:
    mapping = build_saved(incoming, SEEN, MAPPING["declared"], name="weekly", author="Ana")
    use_mapping(incoming, SEEN, mapping)
    answers = incoming.answers
    assert (incoming.wants, answers["target"], answers["mapping-name"]) == (
        "rows", "events", "weekly",
    )  # fmt: skip
    assert answers["role-one-position"] == "grid"
    assert answers["columns-one"] == ["case", "what", "people"]
    assert answers["map-events-count"] == "column:people"
    assert answers["source-marking"] == "TLP:GREEN"
