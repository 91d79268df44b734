"""Tests of the choice of peers: those that are installed, and a clear fault for another."""

from collections.abc import Callable
from importlib.machinery import ModuleSpec

import pytest

from cop.bench.peer import registry
from cop.bench.peer.registry import choose_peers
from cop.errors import SettingsError
from cop.settings import BenchSettings

pytestmark = pytest.mark.scale


def installed(*names: str) -> Callable[[str], ModuleSpec | None]:
    return lambda name: ModuleSpec(name, None) if name in names else None


def test_all_that_are_installed_race(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = BenchSettings(bench_pg=None)
    monkeypatch.setattr(registry, "find_spec", installed("geopandas", "polars"))
    assert list(choose_peers(None, settings)) == ["geopandas", "polars"]
    monkeypatch.setattr(registry, "find_spec", installed("geopandas", "chdb"))
    assert list(choose_peers(None, settings)) == ["geopandas", "chdb"]
    assert list(choose_peers(" chdb ,", settings)) == ["chdb"]
    assert choose_peers("", settings) == {}


def test_a_peer_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", installed("geopandas"))
    with pytest.raises(SettingsError, match="chdb is not installed; run `pip install chdb`"):
        choose_peers("geopandas,chdb", BenchSettings(bench_pg=None))


def test_the_database_of_the_settings_races_too() -> None:
    settings = BenchSettings(bench_pg="postgresql://127.0.0.1:9/none")
    assert list(choose_peers("geopandas", settings)) == ["geopandas", "postgis"]
