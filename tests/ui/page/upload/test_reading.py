"""How a file is read, as answers of the page; and when it is inspected again."""

import pytest

from cop.model.upload import Choices, ColumnSeen, Inspection
from cop.ui.page.upload.reading import answers_of_choices, reads_alike

pytestmark = pytest.mark.layers

EVIL = "<img src=x onerror=alert(1)>"
SEEN = Inspection(
    format="csv",
    kind="table",
    encoding="utf-8",
    rows=1,
    columns=(ColumnSeen(name=EVIL, kind="VARCHAR", filled=1, looks=("time",), time_form="dtg"),),
    suggested=Choices(encoding="utf-8", roles={EVIL: "time"}, columns=(EVIL,)),
)


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"columns": ()}, True),
        ({"encoding": "cp1252"}, False),
        ({"roles": {EVIL: "id"}}, False),
        ({"crs": "EPSG:3857"}, False),
        ({"day_first": True}, False),
        ({"time_zone": "America/Denver"}, False),
    ],
)
def test_a_file_is_looked_at_again_only_where_it_would_be_read_otherwise(
    changes: dict[str, object], *, alike: bool
) -> None:
    chosen = Choices.model_validate({**SEEN.suggested.model_dump(), **changes})
    assert reads_alike(SEEN, chosen) is alike


def test_a_choice_that_was_taken_back_is_looked_at_again() -> None:
    chosen = SEEN.suggested.model_copy(update={"crs": "EPSG:3857"})
    assert not reads_alike(SEEN.model_copy(update={"suggested": chosen}), Choices())


def test_the_answers_of_saved_choices_fill_every_widget() -> None:
    choices = Choices(
        roles={"grid": "position", "when": "time"}, crs="EPSG:32612", swap_axes=False,
        time_zone="America/Phoenix", columns=("n",),
    )  # fmt: skip
    answers = answers_of_choices(choices, SEEN.model_copy(update={"layer": "one"}))
    assert (answers["crs"], answers["swap_axes"], answers["day_first"]) == ("EPSG:32612", "no", "")
    assert answers["columns-one"] == ["n"]
    assert answers["way-one"] == "One text (MGRS, degrees, a pair)"
    assert (answers["role-one-position"], answers["role-one-time"]) == ("grid", "when")
    assert answers["role-one-id"] is None
