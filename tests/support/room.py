"""A room as its people use it: a file with its key, and joining by the form as a browser does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from cop.access.room_key import KEY_HEADER
from cop.access.room_key import ROOM_COOKIE as COOKIE
from cop.server.shared_key import ROOM_PATH
from tests.support.command import serving
from tests.support.http import Answer, Caller

KEY = "the-key-of-the-tests-alone"
WITH_KEY = {KEY_HEADER: KEY}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def write_key(folder: Path, key: str = KEY, *, mode: int = 0o600) -> Path:
    """Write a file of that key."""
    path = folder / "room.key"
    path.write_text(f"{key}\nnothing of the second line\n", encoding="utf-8")
    path.chmod(mode)
    return path


@contextmanager
def serving_room(data: Path, folder: Path, *options: str | Path, key: str = KEY) -> Iterator[str]:
    """Serve a warehouse to who holds the key; its log is log.txt of the folder."""
    file = write_key(folder, key)
    log = folder / "log.txt"
    with serving(data, log, "--room-key-file", file, *options, headers={KEY_HEADER: key}) as base:
        yield base


def submit(caller: Caller, key: str, asked: str = "/", **headers: str) -> Answer:
    """Post the form of the page that asks for the key."""
    sent = {
        "Origin": f"http://{caller.host}:{caller.port}",
        "Content-Type": "application/x-www-form-urlencoded",
        **headers,
    }
    body = urlencode({"next": asked, "key": key}).encode()
    return caller.ask(ROOM_PATH, method="POST", headers=sent, body=body)


def cookie_of(answer: Answer) -> dict[str, str]:
    """Give the header that a browser sends once it was let in."""
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == COOKIE
    return {"Cookie": f"{COOKIE}={value}"}
