"""Tests of progress on the command line: step, count, rate and time left, where it takes long."""

import pytest

from cop.cli.progress import counting, sharing, stepping

pytestmark = pytest.mark.picture


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes long enough to be shown."""
    monkeypatch.setattr("cop.cli.progress.DELAY_S", 0.0)


def test_what_is_done_soon_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with counting(10, "events") as count, sharing("region") as share, stepping("a", "rows") as go:
        count("events", 10)
        go("reading", 10, 10)
        share("line", 1.0)
    assert capsys.readouterr().err.strip() == ""


@pytest.mark.usefixtures("slow")
def test_a_count_shows_its_step_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.cli.progress.REFRESH_S", 0.0)
    with counting(1_000, "events") as progress:
        progress("sensors", 0)
        progress("events", 250)
    shown = capsys.readouterr().err
    assert "events:  25%" in shown
    assert "250/1000" in shown
    assert "events/s]" in shown


@pytest.mark.usefixtures("slow")
def test_a_share_shows_its_step_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.cli.progress.REFRESH_S", 0.0)
    with sharing("region hu_rs") as progress:
        progress("line", 0.0)
        progress("background", 0.25)
    shown = capsys.readouterr().err
    assert "region hu_rs: background:  25%" in shown
    assert "<" in shown


@pytest.mark.usefixtures("slow")
def test_each_step_shows_its_own_count_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.cli.progress.REFRESH_S", 0.0)
    with stepping("a.csv", "rows") as progress:
        progress("reading", 250, 1_000)
        progress("reading", 250, 1_000)
        progress("comparing", 0, None)
        progress("merging", 30, 40)
    shown = capsys.readouterr().err
    assert "a.csv: reading:  50%" in shown
    assert "500/1000" in shown
    assert "a.csv: merging:  75%" in shown
    assert "rows/s]" in shown
    assert shown.endswith("\r")


@pytest.mark.usefixtures("slow")
def test_a_step_of_unknown_length_shows_its_count_and_rate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.cli.progress.REFRESH_S", 0.0)
    with stepping("a.json", "rows") as progress:
        progress("reading", 250, None)
    assert "a.json: reading: 250 rows [" in capsys.readouterr().err
