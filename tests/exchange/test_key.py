"""Tests of a server's own keys."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from cop.errors import PartnerError, SettingsError
from cop.exchange.key import KEY_FILE, check_card, is_signed, read_keys
from cop.model.partner import NodeCard
from cop.settings import StoreSettings

pytestmark = pytest.mark.exchange


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    first, again = read_keys(settings), read_keys(settings)
    assert first.card("JTF", "Task Force") == again.card("JTF", "Task Force")
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    signature = first.sign.sign(b"said")
    assert is_signed(again.card("JTF", "x"), signature, b"said")
    assert not is_signed(again.card("JTF", "x"), signature, b"said otherwise")


def test_who_begins_at_once_gets_the_same_keys(tmp_path: Path) -> None:
    settings, begin = StoreSettings(data=tmp_path), Barrier(8)

    def read(_number: int) -> NodeCard:
        begin.wait(timeout=60)
        return read_keys(settings).card("JTF", "x")

    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(read, range(8))}) == 1


def test_a_card_whose_keys_are_none_is_refused(tmp_path: Path) -> None:
    card = read_keys(StoreSettings(data=tmp_path)).card("JTF", "x")
    check_card(card)
    odd = card.model_copy(update={"seal_key": "age1" + "q" * 58})
    with pytest.raises(PartnerError, match="card of JTF: its keys are none"):
        check_card(odd)


def test_keys_are_not_shown(tmp_path: Path) -> None:
    keys = read_keys(StoreSettings(data=tmp_path))
    stated = (tmp_path / KEY_FILE).read_text()
    assert "AGE-SECRET-KEY" in stated
    assert "AGE-SECRET" not in repr(keys) + str(keys.card("JTF", "x"))


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path)
    read_keys(settings)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_keys(settings)


@pytest.mark.parametrize("stated", ["", "{}", "[]", '{"sign": "AAAA", "seal": "x"}', "\x00"])
def test_a_file_without_keys_is_refused_and_stays(tmp_path: Path, stated: str) -> None:
    path = tmp_path / KEY_FILE
    path.write_text(stated)
    path.chmod(0o600)
    with pytest.raises(PartnerError, match="no keys of a server"):
        read_keys(StoreSettings(data=tmp_path))
    assert path.read_text() == stated
