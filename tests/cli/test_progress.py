"""Tests of progress on the command line: step, count, rate and time left, where it takes long."""

import pytest

from cop.cli.progress import counting, sharing

pytestmark = pytest.mark.picture


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes long enough to be shown."""
    monkeypatch.setattr("cop.cli.progress.DELAY_S", 0.0)


def test_what_is_done_soon_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with counting(10, "events") as count, sharing("region") as share:
        count("events", 10)
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
