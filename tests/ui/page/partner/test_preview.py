"""Tests of the words and figures of what a partner would get."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from cop.model.giving import GivingRules
from cop.query.given.preview import GivenPreview, LayerPreview
from cop.ui.page.partner.preview import (
    build_banner,
    build_layer_table,
    build_preview_figures,
    describe_preview,
)

pytestmark = pytest.mark.exchange
EVENTS = GivingRules(parts=("events",))
FOUND = GivenPreview(
    n=1_203,
    n_stored=2_000,
    n_synthetic=0,
    n_passed_on=0,
    oldest=datetime(2026, 1, 2, 3, 4),
    newest=datetime(2026, 11, 24, 18, 30),
    by_kind={"crossing": 1_200, "rescue": 3},
    by_source={"own": 1_203},
    by_marking={"TLP:GREEN": 1_200, "TLP:AMBER": 3},
    places=np.zeros((7, 3)),
    area=None,
)


def test_figures_say_how_many_of_how_many() -> None:
    found = {figure.title: figure.value for figure in build_preview_figures(FOUND)}
    assert found == {"Events": "1,203", "Left out": "797", "Places": "7", "SYNTHETIC": "0"}
    assert "Of 2,000 events" in build_preview_figures(FOUND)[0].note


def test_lines_say_what_it_is_of() -> None:
    lines = describe_preview(FOUND, EVENTS)
    assert lines == [
        "Occurred 020304Z JAN 26 to 241830Z NOV 26.",
        "Kinds: Crossing 1,200, Rescue 3.",
        "Markings: TLP:GREEN 1,200, TLP:AMBER 3.",
        "Sources: own 1,203.",
        "Position: exact position.",
    ]
    passed = describe_preview(replace(FOUND, n_passed_on=5), EVENTS)
    assert passed[-1] == "Of other agencies, passed on: 5."


def test_nothing_is_said_as_such() -> None:
    none = replace(FOUND, n=0, oldest=None, newest=None)
    assert describe_preview(none, EVENTS) == [
        "No event that is stored now is given by these rules."
    ]
    assert describe_preview(none, GivingRules()) == ["No part is given: they get nothing."]


def test_the_banner_has_the_highest_marking_and_says_synthetic() -> None:
    assert "TLP:AMBER" in build_banner(FOUND)
    assert "SYNTHETIC" not in build_banner(FOUND)
    assert "SYNTHETIC" in build_banner(replace(FOUND, n_synthetic=1))


def test_layers_are_listed_with_what_the_rules_mean_for_them() -> None:
    layer = LayerPreview(title="Towers", origin="JTF", n=4, marking="TLP:RED", synthetic=True)
    found = replace(FOUND, layers=(layer,))
    both = GivingRules(parts=("events", "layers"))
    assert describe_preview(found, both)[-1].startswith("Layers 1: features that touch the area")
    coarse = GivingRules(parts=("layers",), precision="sector")
    assert "exact positions or not at all" in describe_preview(FOUND, coarse)[-1]
    assert build_layer_table(found).to_numpy().tolist() == [
        ["Towers", "JTF", 4, "TLP:RED", "SYNTHETIC"]
    ]
    assert "TLP:RED" in build_banner(found)
    assert "SYNTHETIC" in build_banner(found)
