"""Tests of several servers on machines of their own, with the real bench: one run for all."""

import json
from typing import Any

import pytest

from tests.support.command import run_cop

pytestmark = [pytest.mark.scale, pytest.mark.full]

CLIENTS = 3
SERVERS = ["server1", "server2", "server3"]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """What the bench saw of a short run, in which every process was killed once."""
    asked = ("--events", "2000", "--writers", "2", "--clients", str(CLIENTS), "--tiles", "60")
    # Writers without rest would take the cores from what else is tested.
    asked += ("--seconds", "5", "--rest", "2")
    done = run_cop("bench", "cluster", *asked, "--json", timeout=1_800)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_shown_nothing_is_lost_or_doubled_while_each_is_killed_in_turn(
    figures: dict[str, Any],
) -> None:
    assert [turn["what"] for turn in figures["turns"]] == [
        *(f"{server} killed" for server in SERVERS),
        "writer1 killed",
        "writer2 killed",
        "database restarted",
        "server3 cut off for 20 s",
        "writer2 cut off for 20 s",
    ]
    assert figures["broken"] == 2
    assert figures["sent"] == 50 * figures["batches"] >= 50 * 2 * 8
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["totals"] == dict.fromkeys(SERVERS, figures["sent"])
    assert figures["reads"] > 0
    assert figures["falls"] == 0


def test_shown_tiles_of_each_server_are_the_same_bytes(figures: dict[str, Any]) -> None:
    assert (figures["equal"], figures["tiles"]) == (60, 60)


def test_shown_no_tile_is_wrong_through_the_proxy_while_servers_are_killed_under_load(
    figures: dict[str, Any],
) -> None:
    assert figures["requests"] > 0
    assert figures["wrong"] == 0
    assert [*figures["answered"]] == SERVERS
    assert all(figures["answered"].values())
    killed = [turn for turn in figures["turns"] if turn["what"].startswith("server")]
    # Each client has one request under way; what had begun to be answered cannot be asked again.
    assert all(turn["errors"] <= CLIENTS for turn in killed[:3]), figures["faults"]
