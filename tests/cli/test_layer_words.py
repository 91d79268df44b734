"""How the command line prints a layer and its steps."""

import json
from pathlib import Path

import pytest

from cop.cli.layer_words import format_difference, format_line, print_step, step_to_json
from cop.store.dataset.feature_difference import FeatureDifference
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers


def test_a_step_is_printed_in_lines_or_as_json(
    own_warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step = publish_features(own_warehouse, make_features(), title="Towers")
    print_step(step, as_json=False)
    line, difference = capsys.readouterr().out.splitlines()
    assert line == f"{format_line(step.layer)}; version {step.version}"
    assert "Towers  published, revision 1 by Ana, 4 features, TLP:GREEN" in line
    assert difference.startswith("revision 1 against 0: 4 features added")
    print_step(step, as_json=True)
    words = json.loads(capsys.readouterr().out)
    assert words == step_to_json(step)
    assert (words["layer"], words["version"]) == (step.layer.name, step.version)


def test_a_difference_names_the_columns() -> None:
    found = FeatureDifference(
        older=1,
        newer=2,
        added=1,
        removed=0,
        changed=3,
        same=4,
        columns={"kind": 2},
        first_added=(),
        first_removed=(),
        first_changed=(),
    )
    assert format_difference(found) == (
        "revision 2 against 1: 1 features added, 0 removed, 3 changed (kind 2), 4 unchanged"
    )
