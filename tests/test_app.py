"""Tests of the composition: settings in, one context out."""

from pathlib import Path

import pytest

from cop import app
from cop.app import AppSettings, build_context, build_settings, list_pages, page_paths
from cop.errors import SettingsError, StoreError
from cop.settings import StoreSettings, WebSettings
from cop.store.room.board import Journal
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.house


def test_one_context_holds_what_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_UPLOAD_MB", "7")
    monkeypatch.setenv("COP_WALL_INCHES", "80")
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    context = build_context(AppSettings(store=store, web=WebSettings()))
    assert context.uploads.upload_mb == 7
    assert context.display.inches == 80
    assert context.service.warehouse.settings == store
    assert context.refresher.fault is None
    assert context.now().microsecond == 0
    context.service.warehouse.close()


def test_a_store_of_the_room_is_opened_when_asked_for_and_once(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    context = build_context(AppSettings(store=store, web=WebSettings()))
    assert not (tmp_path / "w" / "room.sqlite").exists()
    assert context.room.pictures.list() == ()
    assert context.room.pictures is context.service.warehouse.room.pictures
    assert isinstance(context.room.journal, Journal)
    assert (tmp_path / "w" / "room.sqlite").is_file()
    context.service.warehouse.close()


def test_bad_settings_are_named_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="--port or COP_PORT"):
        build_settings(WebSettings, port=0)
    monkeypatch.setenv("COP_WALL_INCHES", "-1")
    with pytest.raises(SettingsError, match="COP_WALL_INCHES"):
        AppSettings(store=StoreSettings(data=tmp_path / "w"), web=WebSettings())
    assert not (tmp_path / "w").exists()


def test_a_process_that_serves_nothing_says_what_to_start() -> None:
    assert app.SERVED.context is None
    with pytest.raises(StoreError, match="python -m cop run"):
        app.served_context()


def test_the_script_is_no_page() -> None:
    assert app.SCRIPT.is_file()
    assert app.SCRIPT not in list_pages()
    assert page_paths()[0] == "/"
    assert "/Wall" in page_paths()
