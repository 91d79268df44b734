"""Tests of the slow line: every byte in its order, one width for all, ends that are passed on."""

import asyncio
import hashlib
import random
import socket

import pytest

from cop.bench.paint.slow_line import LineSpeed, LineWay, SlowLine, open_line

pytestmark = pytest.mark.scale

FAST = LineSpeed(mbit=10_000, delay_ms=2)
CLIENTS = 6
BYTES = 300_000


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with the same bytes, and end where the other side does."""
    while chunk := await reader.read(5_000):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def exchange(port: int, sent: bytes) -> bytes:
    """Send bytes through a line while reading what comes back, to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    writer.write(sent)
    await writer.drain()
    writer.write_eof()
    received = await answer
    writer.close()
    return received


async def open_echo(speed: LineSpeed) -> tuple[SlowLine, asyncio.Server, asyncio.Server, int]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    line = SlowLine("127.0.0.1", server.sockets[0].getsockname()[1], speed)
    listening = await line.listen()
    return line, server, listening, listening.sockets[0].getsockname()[1]


def test_connections_at_once_get_every_byte_in_its_order() -> None:
    rng = random.Random(1)  # noqa: S311 nothing is secret
    sent = [rng.randbytes(BYTES + client) for client in range(CLIENTS)]

    async def run() -> tuple[SlowLine, list[bytes]]:
        line, server, listening, port = await open_echo(FAST)
        async with server, listening:
            return line, list(await asyncio.gather(*(exchange(port, one) for one in sent)))

    line, received = asyncio.run(run())
    digests = [[hashlib.sha256(one).hexdigest() for one in side] for side in (sent, received)]
    assert digests[0] == digests[1]
    for way in (line.up, line.down):
        assert sum(one.size for one in way.passages) == sum(map(len, sent))
        moments = [one.at for one in way.passages]
        assert moments == sorted(moments)


def test_bytes_of_all_connections_leave_one_after_another() -> None:
    way = LineWay(LineSpeed(mbit=8, delay_ms=40))  # a byte each microsecond
    assert way.book(10.0, 1_000) == pytest.approx(10.021)
    assert way.book(10.0, 2_000) == pytest.approx(10.023)
    assert way.book(10.002, 1_000) == pytest.approx(10.024)
    assert way.book(11.0, 1_000) == pytest.approx(11.021), "an idle line is free at once"
    assert way.book(11.0, 0) == pytest.approx(11.021), "an end comes after what was sent"


def test_requests_are_counted_by_their_first_lines() -> None:
    asked = b"GET /tiles/events/1/2/3.mvt?a=b HTTP/1.1\r\nHost: x\r\n\r\n"

    async def run() -> SlowLine:
        line, server, listening, port = await open_echo(FAST)
        async with server, listening:
            for sent in (asked, b"\x82\x05GET /", b"POST /api HTTP/1.1\r\n\r\n"):
                assert await exchange(port, sent) == sent
        return line

    line = asyncio.run(run())
    assert [one.path for one in line.up.passages] == ["/tiles/events/1/2/3.mvt?a=b", None, "/api"]


def test_a_server_that_is_away_ends_the_connection() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        away = bound.getsockname()[1]
        with open_line("127.0.0.1", away, FAST) as (line, port):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                assert client.recv(1) == b""
            assert line.down.passages == []


def test_a_line_that_is_closed_leaves_nobody_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with open_line("127.0.0.1", server.getsockname()[1], FAST) as (_, port):
            client = socket.create_connection(("127.0.0.1", port), timeout=60)
            client.sendall(b"one")
            accepted, _ = server.accept()
            assert accepted.recv(3) == b"one"
        with client, accepted:
            assert client.recv(1) == b""
            assert accepted.recv(1) == b""
