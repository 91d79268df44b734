"""Tests of what the server prints at its start: a printed address answers at once."""

import asyncio
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cop.server.announcement import announce
from cop.settings import WebSettings
from tests.support.command import CHECKOUT, STILL, clean_environment, free_port

KEY_FILE = Path("room.key")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 as a room is served
def test_nothing_is_printed_before_the_server_listens(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    port = free_port()
    web = WebSettings(host=host, port=port, names=("ops",), room_key_file=KEY_FILE)

    async def start_late() -> str:
        announcing = asyncio.create_task(announce(web))
        await asyncio.sleep(0.2)
        before = capsys.readouterr().out
        server = await asyncio.start_server(lambda _, writer: writer.close(), web.host, port)
        async with server:
            await announcing
        return before

    assert asyncio.run(start_late()) == ""
    first, *_, address, last = capsys.readouterr().out.splitlines()
    assert first == f"cop: serving at http://ops:{port}"
    assert address == f"cop: serving at http://127.0.0.1:{port}"
    assert last == f"cop: viewers need the room key in {KEY_FILE}"


def test_an_address_that_is_printed_answers_at_once(bare_warehouse: Path) -> None:
    command = [sys.executable, "-m", "cop", "run", "--data", str(bare_warehouse)]
    command += ["--port", str(free_port())]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=clean_environment() | STILL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if "serving at" in line)
            address = urlsplit(line.split()[-1])
            assert address.hostname is not None
            with closing(socket.create_connection((address.hostname, address.port or 0))) as caller:
                caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert caller.recv(12) == b"HTTP/1.1 200"
        finally:
            process.terminate()
