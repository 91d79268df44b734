"""Tests of the folder of the exchange: empty for each package, one package at a time."""

from pathlib import Path

import pytest

from cop.errors import BusyError
from cop.exchange import folder
from cop.exchange.folder import exchanging
from cop.settings import StoreSettings

pytestmark = pytest.mark.exchange


def test_the_folder_is_empty_before_and_gone_after(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    with exchanging(settings) as scratch:
        (scratch / "left").touch()
    assert not scratch.exists()
    scratch.mkdir()
    (scratch / "of a process that was killed").touch()
    with exchanging(settings) as again:
        assert again == scratch
        assert [*again.iterdir()] == []


def test_another_package_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = StoreSettings(data=tmp_path)
    monkeypatch.setattr(folder, "_WAIT_S", 0.0)
    with (
        exchanging(settings) as scratch,
        pytest.raises(BusyError, match=r"another package has been under way for 0 s"),
        exchanging(settings),
    ):
        pass
    assert not scratch.exists()
