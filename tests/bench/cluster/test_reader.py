"""Tests of the readers of a bench: what they take for wrong."""

import json
from typing import Any, cast

import pytest

from cop.bench.cluster.client import Answered, Client
from cop.bench.cluster.reader import KnownTile, TileReader, VersionReader, read_tiles

pytestmark = pytest.mark.scale


class Script:
    """Gives one answer after the other; an exception is raised."""

    def __init__(self, *answers: Answered | Exception) -> None:
        self._answers = [*answers]

    def ask(self, path: str, *, packed: bool = False) -> Answered:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(*answers: Answered | Exception) -> Client:
    return cast("Client", Script(*answers))


def summary(version: int, total: int) -> Answered:
    return Answered(200, json.dumps({"version": version, "total": total}).encode(), "")


def tile(body: bytes, *, status: int = 200, tag: str = '"1"') -> Answered:
    return Answered(status, body, tag)


def test_a_version_or_a_total_that_falls_is_noted() -> None:
    answers: list[Any] = [summary(3, 10), summary(3, 10), summary(4, 20), summary(3, 20)]
    answers += [Answered(503, b"", ""), summary(4, 19), summary(4, 20)]
    reader = VersionReader(client(*answers))
    reader._ended.set()
    for _ in answers:
        reader.ask()
    assert (reader.reads, reader.total) == (6, 20)
    assert reader.falls == ["4, 20: then 3, 20", "3, 20: then 4, 19"]


def test_a_tile_of_other_bytes_is_wrong_and_another_status_an_error() -> None:
    due = [KnownTile("/a", tile(b"a")), KnownTile("/b", tile(b"", status=204))]
    came = [due[0].answer, due[1].answer, tile(b"b"), tile(b"a"), tile(b"a", tag='"2"')]
    reader = TileReader(client(*came, tile(b"", status=503)), tiles=due)
    reader._ended.set()
    for _ in range(6):
        reader.ask()
    reader.fail("ConnectionResetError: reset")
    assert [fault.words for fault in reader.wrong] == ["/a", "/b", "/a"]
    assert [fault.words for fault in reader.errors] == ["503 b''", "ConnectionResetError: reset"]
    assert len(reader.took_ms) == 6


def test_tiles_are_equal_where_all_agree_on_status_bytes_and_tag() -> None:
    one, other = tile(b"a"), tile(b"b")
    answers = [
        (one, one, one),
        (one, one, other),
        (one, tile(b"a", tag='"2"'), one),
        (tile(b"", status=204), tile(b"", status=204), tile(b"", status=204)),
        (tile(b"", status=500), tile(b"", status=500), tile(b"", status=500)),
    ]
    clients = [client(*column) for column in zip(*answers, strict=True)]
    tiles, equal = read_tiles(clients, [f"/{number}" for number in range(5)])
    assert equal == 2
    assert tiles[1] == KnownTile("/1", one)
