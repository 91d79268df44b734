"""Tests of a server of a bench that does not come."""

import os
from pathlib import Path

import pytest

from cop.bench.cluster.network import Machine
from cop.bench.cluster.server import ServerProcess
from cop.errors import StoreError

pytestmark = pytest.mark.scale


class Scripted(Machine):
    """Runs a script in place of the server."""

    def inside(self, *command: str) -> list[str]:
        assert command[1:] == ("-m", "cop", "run")
        return ["sh", "-c", self.link]


def test_a_server_that_ends_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    script = 'echo "at $COP_HOST, $COP_SERVING_FOLDER"; exit 2'
    machine = Scripted(name="server1", host="127.0.0.1", holder=0, link=script)
    server = ServerProcess(machine, {"PATH": os.environ["PATH"]}, tmp_path)
    server.start()
    with pytest.raises(StoreError, match=f"server1 did not answer.*127.0.0.1, {tmp_path}/server1"):
        server.await_health()
    server.kill()
