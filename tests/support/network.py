"""A network namespace with loopback alone, and what is asked from inside it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.command import clean_environment

HEALTHY_SECONDS = 180
FETCH = (
    "import sys, urllib.request as r; "
    "opened = r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=5); "
    "sys.stdout.write(f'{opened.status} {opened.read().decode()}')"
)


@contextmanager
def no_network() -> Iterator[list[str]]:
    """A network namespace with loopback alone; gives the command that runs another inside it.

    It needs root, or a kernel that lets users make namespaces of their own.
    """
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    ready = "ip link set lo up && echo ready && exec sleep infinity"
    holder = subprocess.Popen(
        ["unshare", *own, "--net", "sh", "-c", ready],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        assert holder.stdout.readline() == "ready\n", (
            f"no network namespace can be made here, run as root: {holder.stderr.read()}"
        )
        keep = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        yield ["nsenter", f"--target={holder.pid}", *keep, "--net"]
    finally:
        holder.terminate()
        holder.communicate(timeout=10)


def run_python(inside: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python there with a program and its arguments."""
    return subprocess.run(
        [*inside, sys.executable, "-c", *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def await_health(inside: list[str], address: str) -> dict[str, str]:
    """Wait until an address answers 200 and give what it says."""
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        done = run_python(inside, FETCH, address)
        if done.stdout.startswith("200 "):
            return dict(json.loads(done.stdout.removeprefix("200 ")))
        time.sleep(0.2)
    raise AssertionError(f"no answer from {address}: {done.stderr[-500:]}")
