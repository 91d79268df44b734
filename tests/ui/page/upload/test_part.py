"""Which layers of a dropped file are ticked, which are skipped and why, under which titles."""

from io import BytesIO

import pytest

from cop.model.upload import Choices, Inspection, LayerSeen, UploadFinding
from cop.ui.page.upload.part import (
    TAKEN,
    TITLE,
    find_part_skip,
    list_skipped,
    list_ticked,
    look_at_parts,
    title_of,
)
from cop.ui.page.upload.work import Incoming

pytestmark = pytest.mark.layers

SEEN = Inspection(
    format="kml",
    kind="vector",
    layers=(
        LayerSeen(name="Roads", rows=2),
        LayerSeen(name="maps/my_posts", rows=1),
        LayerSeen(name="Nothing", rows=0),
        LayerSeen(name="Notes", rows=3),
    ),
)
UNPLACED = UploadFinding(code="no_position", severity="ask", words="No column.")


def dropped() -> Incoming:
    """A file of four layers, as it is when they have been inspected."""
    incoming = Incoming("k", "a.kml", BytesIO(), 1)
    incoming.parts = [
        Incoming(f"k-{n}", "a.kml", BytesIO(), 1, layer_name=layer.name, looked=Choices())
        for n, layer in enumerate(SEEN.layers)
    ]
    for part in incoming.parts:
        findings = (UNPLACED,) if part.layer_name == "Notes" else ()
        part.seen = Inspection(format="kml", kind="vector", rows=2, findings=findings)
    incoming.parts[2].seen = None
    return incoming


def test_an_empty_layer_is_known_without_being_read() -> None:
    incoming = dropped()
    parts = look_at_parts(incoming, SEEN)
    assert parts == incoming.parts
    assert [find_part_skip(part) for part in parts] == [
        None, None, "empty", "no geometry: no column gives a position",
    ]  # fmt: skip
    assert len({part.named("title") for part in parts}) == 4


def test_what_is_not_ticked_is_skipped_with_that_reason() -> None:
    incoming = dropped()
    look_at_parts(incoming, SEEN)
    assert [part.layer_name for part in list_ticked(incoming.parts)] == ["Roads", "maps/my_posts"]
    incoming.parts[0].answers[TAKEN] = False
    assert [part.layer_name for part in list_ticked(incoming.parts)] == ["maps/my_posts"]
    assert [one.words for one in list_skipped(incoming, SEEN)] == [
        "Roads: not ticked",
        "Nothing: empty",
        "Notes: no geometry: no column gives a position",
    ]


def test_a_layer_is_called_as_in_the_file_until_it_is_named() -> None:
    part = dropped().parts[1]
    assert title_of(part) == "my posts"
    part.answers[TITLE] = "Border posts"
    assert title_of(part) == "Border posts"
    part.answers[TITLE] = "  "
    assert title_of(part) == "my posts"
