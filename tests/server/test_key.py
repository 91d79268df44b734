"""Tests of the room key's file: what is refused, with the file and the remedy, never the key."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cop.errors import SettingsError
from cop.server.key import SHORTEST, read_room_key
from tests.support.command import run_cop
from tests.support.room import KEY, write_key

pytestmark = pytest.mark.table

SHORT = "s3cret-s3cret-s"


def test_the_first_line_without_its_blanks_is_the_key(tmp_path: Path) -> None:
    assert read_room_key(write_key(tmp_path)) == KEY.encode()
    assert read_room_key(write_key(tmp_path, f"  {KEY}\t\r")) == KEY.encode()
    assert read_room_key(write_key(tmp_path, "\u00e9" * SHORTEST)) == ("\u00e9" * SHORTEST).encode()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = write_key(tmp_path, mode=mode)
    with pytest.raises(SettingsError, match=r"others on this machine.*chmod 600") as refused:
        read_room_key(path)
    assert str(path) in str(refused.value)
    assert KEY not in str(refused.value)


def as_folder(path: Path) -> None:
    path.mkdir()


def as_pipe(path: Path) -> None:
    os.mkfifo(path, 0o600)


def as_bytes(path: Path) -> None:
    path.write_bytes(b"\xff" * 20)
    path.chmod(0o600)


def as_large(path: Path) -> None:
    path.write_text("x" * 5_000)
    path.chmod(0o600)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (as_folder, "not a room key file"),
        (as_pipe, "not a room key file"),
        (as_large, "not a room key file"),
        (as_bytes, "not UTF-8"),
        (lambda _path: None, "No such file"),
    ],
)
def test_what_holds_no_key_is_refused(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "some.key"
    make(path)
    with pytest.raises(SettingsError, match=said) as refused:
        read_room_key(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("key", ["", "   ", SHORT, f"{SHORT}   ", f"\n{KEY}"])
def test_a_short_key_is_refused(tmp_path: Path, key: str) -> None:
    path = write_key(tmp_path, key)
    with pytest.raises(SettingsError, match=r"use at least 16") as refused:
        read_room_key(path)
    assert str(path) in str(refused.value)
    assert SHORT not in str(refused.value)


def test_shown_the_server_does_not_start_with_such_a_file(tmp_path: Path) -> None:
    path = write_key(tmp_path, SHORT)
    done = run_cop("run", "--data", tmp_path / "w", "--host", "0.0.0.0", "--room-key-file", path)  # noqa: S104
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(path) in done.stderr
    assert SHORT not in done.stderr
    assert not (tmp_path / "w").exists()


def test_shown_without_a_key_other_hosts_and_names_are_refused(tmp_path: Path) -> None:
    for option in (("--host", "192.0.2.7"), ("--name", "table.example.org")):
        done = run_cop("run", "--data", tmp_path / "w", *option)
        assert (done.returncode, done.stdout) == (2, "")
        assert "set --room-key-file FILE" in done.stderr
        assert option[1] in done.stderr
    assert not (tmp_path / "w").exists()
