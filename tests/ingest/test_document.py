"""Tests of the documents of sources: a row for each profile, and an example that runs."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cop import __main__ as command
from cop.ingest.profile import file as module
from cop.ingest.profile.file import profile_names, read_profile
from tests.support.command import CHECKOUT
from tests.support.published import read_published

pytestmark = pytest.mark.sources

DOCS = CHECKOUT / "docs"
EXAMPLE = (DOCS / "add-a-source.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of a language in the example."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", EXAMPLE, re.DOTALL)
    return str(text)


def rows_of_sources() -> dict[str, list[str]]:
    """The cells of the table of profiles, by profile."""
    rows = {}
    for line in (DOCS / "sources.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            rows[name.strip("`")] = cells
    return rows


def test_every_profile_has_a_row() -> None:
    rows = rows_of_sources()
    assert set(rows) == set(profile_names())
    for name, (kind, what, terms, mapping, traps) in rows.items():
        profile = read_profile(name)
        assert kind == profile.kind
        assert terms == profile.source.terms
        assert all((what, mapping, traps))


def test_shown_the_example_of_a_source_runs(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "county_rescues.yaml").write_text(block("yaml"), encoding="utf-8")
    monkeypatch.setattr(module, "_shipped", lambda: profiles)
    (tmp_path / "county_rescues.csv").write_text(block("csv"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = block("sh").strip().splitlines()
    reports = []
    for line in commands:
        prefix, arguments = line[: len("python -m cop")], line.split()[3:]
        assert prefix == "python -m cop"
        answer = CliRunner().invoke(
            command.app, [*arguments, "--json", "--data", str(own_warehouse)]
        )
        assert answer.exit_code == 0, answer.stderr
        reports.append(json.loads(answer.stdout))
    tried, loaded = reports
    assert tried["version"] is None
    for report in reports:
        assert (report["accepted"], report["rejected"], report["duplicate"]) == (3, 2, 0)
    swapped, timeless = loaded["problems"]
    assert "row 5: " in swapped
    assert "look swapped" in swapped
    assert "row 6: when=(blank): no time" in timeless
    events = read_published(own_warehouse).sort_values("source_id")
    assert events["occurred_at"].iloc[0] == pd.Timestamp(2026, 3, 2, 21, 30)
    assert events["count"].tolist() == [3, 1, 6]
    assert events["family_members"].tolist() == [0, 0, 4]
    assert events["sector"].unique().tolist() == ["TCA"]
    assert json.loads(events["attributes"].iloc[2])["where"] == "Arivaca Road"
