"""Machines of a bench: network namespaces of this one, each at an address of one switch."""

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cop.errors import SettingsError

PROGRAMS: Final = {"ip": "iproute2", "nsenter": "util-linux", "unshare": "util-linux"}
_CLONE_NEWNET: Final = 0x40000000
_SWITCH: Final = "switch"
_HANG_S: Final = 30


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A network namespace; what runs in it reaches the others by their addresses alone."""

    name: str
    host: str
    holder: int
    link: str

    def inside(self, *command: str) -> list[str]:
        """Return the command that runs another on this machine.

        It is killed with ours, unless it has changed its user since.
        """
        at = [f"--target={self.holder}", "--net", "--", "setpriv", "--pdeathsig", "KILL"]
        return ["nsenter", *at, *command]

    def cut(self) -> None:
        """Take its cable out: packets are lost without a word, both ways."""
        _ip("link", "set", self.link, "down")

    def plug(self) -> None:
        """Put its cable in again."""
        _ip("link", "set", self.link, "up")


@contextmanager
def open_network(names: Sequence[str]) -> Iterator[dict[str, Machine]]:
    """Yield a machine for each name; the calling thread and its later ones are at their switch.

    SettingsError without root, or without a program that it needs.
    """
    if os.geteuid() != 0:
        raise SettingsError("this bench makes network namespaces: run it as root")
    check_programs(PROGRAMS)
    with _own_namespace(), ExitStack() as stack:
        _ip("link", "add", _SWITCH, "type", "bridge")
        _ip("addr", "add", "10.213.0.1/24", "dev", _SWITCH)
        for device in ("lo", _SWITCH):
            _ip("link", "set", device, "up")
        yield {
            name: stack.enter_context(_machine(name, number))
            for number, name in enumerate(names, start=2)
        }


def check_programs(programs: dict[str, str]) -> None:
    """Raise SettingsError naming the Debian package of a program that is not here."""
    for program, package in programs.items():
        if shutil.which(program) is None:
            raise SettingsError(
                f"this bench needs the program {program}: install Debian's package {package}"
            )


@contextmanager
def _own_namespace() -> Iterator[None]:
    """Take this thread into a network namespace of its own, and back at the end."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as before:
        if libc.unshare(_CLONE_NEWNET):
            raise SettingsError(
                "no network namespace can be made here: "
                f"{os.strerror(ctypes.get_errno())}; run the bench as root"
            )
        try:
            yield
        finally:
            libc.setns(before.fileno(), _CLONE_NEWNET)


@contextmanager
def _machine(name: str, number: int) -> Iterator[Machine]:
    own = Path("/proc/thread-self/ns/net").readlink()
    holder = subprocess.Popen(
        ["unshare", "--net", "setpriv", "--pdeathsig", "KILL", "sleep", "infinity"]  # noqa: S607
    )
    try:
        deadline = time.monotonic() + _HANG_S
        while Path(f"/proc/{holder.pid}/ns/net").readlink() == own:
            if holder.poll() is not None or time.monotonic() > deadline:
                raise SettingsError("no network namespace can be made here: run it as root")
            time.sleep(0.01)
        link, host = f"port{number}", f"10.213.0.{number}"
        made = Machine(name=name, host=host, holder=holder.pid, link=link)
        peer = ("peer", "name", "eth0", "netns", str(holder.pid))
        _ip("link", "add", link, "type", "veth", *peer)
        _ip("link", "set", link, "master", _SWITCH, "up")
        for command in (
            ("link", "set", "lo", "up"),
            ("addr", "add", f"{host}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
        ):
            _run(made.inside("ip", *command))
        yield made
    finally:
        holder.kill()
        holder.wait()


def _ip(*arguments: str) -> None:
    _run(["ip", *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 ours
    if done.returncode:
        raise SettingsError(f"`{' '.join(command)}` failed: {done.stderr.strip()}; run it as root")
