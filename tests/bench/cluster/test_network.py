"""Tests of the machines of a bench."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cop.bench.cluster import network
from cop.bench.cluster.network import Machine, check_programs, open_network
from cop.errors import SettingsError

pytestmark = [pytest.mark.scale, pytest.mark.full]

LISTEN = """
import socket, sys
listening = socket.create_server((sys.argv[1], 7))
print("ready", flush=True)
while True:
    listening.accept()[0].close()
"""
REACH = "import socket, sys; socket.create_connection((sys.argv[1], 7), timeout=2)"


def reach(machine: Machine, host: str) -> bool:
    command = machine.inside(sys.executable, "-c", REACH, host)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_machines_reach_each_other_by_their_switch_unless_one_is_cut_off() -> None:
    own = Path("/proc/thread-self/ns/net").readlink()
    with open_network(["first", "second"]) as machines:
        first, second = machines["first"], machines["second"]
        assert (first.host, second.host) == ("10.213.0.2", "10.213.0.3")
        with subprocess.Popen(
            second.inside(sys.executable, "-c", LISTEN, second.host),
            stdout=subprocess.PIPE,
            text=True,
        ) as listening:
            assert listening.stdout is not None
            assert listening.stdout.readline() == "ready\n"
            assert reach(first, second.host)
            assert not reach(first, "127.0.0.1")
            second.cut()
            assert not reach(first, second.host)
            second.plug()
            assert reach(first, second.host)
            listening.kill()
    assert Path("/proc/thread-self/ns/net").readlink() == own
    with pytest.raises(ProcessLookupError):
        os.kill(first.holder, 0)


def test_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.os, "geteuid", lambda: 1000)
    with pytest.raises(SettingsError, match="run it as root"), open_network(["first"]):
        pass


def test_a_program_that_is_not_here_is_named_with_its_package() -> None:
    with pytest.raises(SettingsError, match="no-such-program: install Debian's package some"):
        check_programs({"sh": "dash", "no-such-program": "some"})
