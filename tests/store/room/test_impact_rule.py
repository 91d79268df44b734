"""The file of rules: what is wrong with one is said by file, rule and value."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.errors import SettingsError
from cop.model.impact_rule import FIGURES, LEVELS
from cop.resource import package_path
from cop.store.room.impact_rule import read_rules

pytestmark = pytest.mark.forecast

SHIPPED = package_path("data", "impact.yaml")


def written(path: Path, **changes: Any) -> Path:
    held = yaml.safe_load(SHIPPED.read_text()) | changes
    path.write_text(yaml.safe_dump(held))
    return path


def rule(**changes: Any) -> dict[str, Any]:
    return {"name": "mine", "level": "high", "when": {"expected": {"at_least": 3}}} | changes


def test_the_rules_that_come_along_are_whole() -> None:
    rules = read_rules(SHIPPED)
    assert {r.level for r in rules.rules} == {"critical", "high", "medium"}
    used = {figure for r in rules.rules for figure in r.when}
    assert {"expected", "expected_low", "coverage", "change"} <= used <= set(FIGURES)
    for level in LEVELS:
        assert rules.checklist(level)
        assert rules.lasts(level) <= rules.longest(level)
    assert rules.longest("critical") < rules.longest("high")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rules": [rule(level="grave")]}, r"rule 'mine'\.level is 'grave'"),
        (
            {"rules": [rule(when={"coverage": {"below": 25}})]},
            r"rule 'mine': coverage below 25: use a number from 0 to 1",
        ),
        (
            {"rules": [rule(when={"risk": {"at_least": 1}})]},
            r"rule 'mine'\.when\.risk is 'risk': .*'expected'",
        ),
        ({"rules": [rule(when={"expected": {}})]}, r"rule 'mine'.*set at_least, below, or both"),
        (
            {"rules": [rule(when={"expected": {"at_least": 3, "below": 2}})]},
            r"rule 'mine'.*at_least 3 is not less than below 2",
        ),
        ({"rules": [rule(when={})]}, r"rule 'mine'\.when"),
        ({"rules": [{"level": "high"}]}, r"rule number 1\.name"),
        ({"rules": [rule(), rule()]}, r"two rules are named 'mine'"),
        (
            {"rules": [rule(), rule(name="late", level="critical")]},
            r"rule 'late' of level critical is below 'mine'",
        ),
        ({"otherwise": "critical"}, r"otherwise: critical needs a rule"),
        ({"window_days": 0}, r"window_days is '0'"),
        ({"levels": {}}, r"levels: critical is missing"),
        ({"unheard": 1}, r"unheard is '1'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    file = written(tmp_path / "own.yaml", **changes)
    with pytest.raises(SettingsError, match=rf"own\.yaml: .*{said}"):
        read_rules(file)


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "\x00", "!!python/object:os.system x"])
def test_what_is_no_file_of_rules_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"own\.yaml"):
        read_rules(file)
    with pytest.raises(SettingsError, match=r"none\.yaml: the rules cannot be read"):
        read_rules(tmp_path / "none.yaml")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = written(tmp_path / "own.yaml")
    assert read_rules(file).otherwise == "low"
    written(file, otherwise="medium")
    os.utime(file, (1, 1))
    assert read_rules(file).otherwise == "medium"
