"""Tests of two servers on one warehouse, whose catalogue and room are in PostgreSQL."""

import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from cop.access.identity import LOOKUP_SECONDS
from cop.access.people import LocalAccounts
from cop.exchange.depot import PACKAGES_PATH
from cop.exchange.signature import ServerRequest, sign_request
from cop.settings import StoreSettings
from cop.store.database import SHARED_LOCKS, connect
from cop.store.room.people import People
from cop.store.room.room import Room
from tests.support.access import FAST, PASSWORD, Member, shipped_policy
from tests.support.cluster import two_servers
from tests.support.command import find_pid, free_port, kill, run_cop
from tests.support.http import Answer, Caller
from tests.support.partner import make_node
from tests.support.postgres import PostgresCluster
from tests.support.provider import ProviderMember, open_provider, provider_environment
from tests.support.record import write_many_iom

pytestmark = [pytest.mark.scale, pytest.mark.full]

HANG_S = 180
LEADERS = """
SELECT application_name, pid FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objid = %s AND datname = current_database()
"""


def ask(base: str, path: str) -> Answer:
    with closing(Caller(base)) as caller:
        return caller.ask(path)


def leader_of(database: str, *, besides: int = 0) -> int:
    """Wait for another process of PostgreSQL that has the lock of the server that leads."""
    deadline = time.monotonic() + HANG_S
    with closing(connect(database)) as asking:
        while time.monotonic() < deadline:
            found = asking.execute(LEADERS, [SHARED_LOCKS["leader"]]).fetchall()
            assert len(found) <= 1
            if found and found[0][1] != besides:
                return int(found[0][1])
            time.sleep(0.05)
    raise AssertionError("no server leads")


def test_shown_when_the_server_that_leads_is_killed_the_other_one_leads(
    database: str, tmp_path: Path
) -> None:
    with two_servers(database, tmp_path) as (first, second):
        before = leader_of(database)
        assert find_pid(first) != find_pid(second)
        kill(first)
        leader_of(database, besides=before)
        assert ask(second, "/healthz").json()["status"] == "ok"


def test_shown_a_server_that_is_behind_answers_the_version_that_an_address_names(
    database: str, tmp_path: Path
) -> None:
    with two_servers(database, tmp_path, COP_POLL_SECONDS="3600") as servers:
        asked = "/api/summary?by=year"
        before = [ask(base, asked).json() for base in servers]
        assert [one["version"] for one in before] == [1, 1]
        file = write_many_iom(tmp_path / "incidents.csv", n=40, end=datetime(2026, 6, 1))
        loading = ("ingest", "events", file, "--profile", "iom_mmp")
        data, own = tmp_path / "warehouse", {"COP_DATABASE": database}
        done = run_cop(*loading, "--data", data, environment=own)
        assert done.returncode == 0, done.stderr
        for version in (2, 1):
            named = [ask(base, f"{asked}&version={version}").json() for base in servers]
            assert named[0] == named[1]
            assert named[0]["version"] == version
        assert [ask(base, asked).json() for base in servers] == before


def test_shown_a_signed_request_that_one_server_has_seen_is_refused_by_the_other(
    database: str, tmp_path: Path
) -> None:
    with two_servers(database, tmp_path) as servers:
        settings = StoreSettings(data=tmp_path / "warehouse", database=database)
        node = make_node(tmp_path, "DPS")
        with closing(Room(settings)) as room:
            room.partners.add(node.card)
        statuses = []
        body = b'{"received": 0}'
        signed = ServerRequest(method="POST", url=f"{servers[0]}{PACKAGES_PATH}", headers={})
        sign_request(signed, body, keys=node.keys, sender="DPS", receiver="JTF")
        for base in (*servers, servers[0]):
            with closing(Caller(base)) as caller:
                answer = caller.ask(PACKAGES_PATH, method="POST", headers=signed.headers, body=body)
            statuses.append((answer.status, b"was sent before" in answer.body))
        assert statuses == [(200, False), (401, True), (401, True)]


def test_shown_a_server_goes_on_while_postgresql_hangs(tmp_path: Path) -> None:
    with PostgresCluster.opened() as postgres:
        postgres.create("cop")
        address = postgres.address("cop")
        with two_servers(address, tmp_path) as servers:
            asked = ["/api/summary?by=year", "/tiles/events/4/3/6.mvt"]
            before = [[ask(base, path).body for path in asked] for base in servers]
            with postgres.stopped():
                # The first answer comes when the database has been given up.
                assert [ask(base, "/healthz").status for base in servers] == [200, 200]
                others = [f"{path}{'&' if '?' in path else '?'}sector=TCA" for path in asked]
                for base in servers:
                    for path in (*asked, *others):
                        assert ask(base, path).status == 200
                again = [[ask(base, path).body for path in asked] for base in servers]
                assert again == before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_shown_a_sign_in_goes_on_at_the_other_server_and_outlasts_the_one_that_it_began_at(
    database: str, tmp_path: Path
) -> None:
    with open_provider(require_nonce=True) as provider:
        provider.put("ana", name="Ana", groups=["analysts"])
        own = provider_environment(provider, tmp_path, refresh_s=1)
        with two_servers(database, tmp_path, **own) as (first, second):
            ana = ProviderMember(first, provider, "ana")
            back = provider.agree(ana.leave(), "ana")
            ana.base = second
            assert ana.come_back(back).status == 303
            for ana.base in (second, first):
                assert ana.ask("/api/session").json()["name"] == "Ana"
            ana.base = first
            kill(second)
            assert ana.ask("/api/session").status == 200
            # Of the server that is left, which asks for what the other one was granted.
            provider.put("ana", name="Ana", groups=["leads"])
            deadline = time.monotonic() + HANG_S
            while ana.ask("/api/session").json()["roles"] != ["commander"]:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            provider.revoke("ana")
            while ana.ask("/api/session").status != 401:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_shown_a_session_goes_on_while_postgresql_is_away_and_nobody_signs_in(
    tmp_path: Path,
) -> None:
    with PostgresCluster.opened() as postgres:
        postgres.create("cop")
        address = postgres.address("cop")
        with two_servers(address, tmp_path, COP_SIGN_IN="local") as (first, _):
            settings = StoreSettings(data=tmp_path / "warehouse", database=address)
            with closing(People(settings)) as people:
                accounts = LocalAccounts(people, shipped_policy(), hasher=FAST)
                accounts.add(
                    "ana", PASSWORD, name="Ana", agency="JTF", roles=["analyst"], by="tests"
                )
            ana, other = Member(first, "ana"), Member(first, "ana")
            assert ana.sign_in().status == 303
            assert ana.ask("/api/summary?by=year").status == 200
            postgres.stop()
            try:
                # For longer than what was looked up just now is remembered.
                end = time.monotonic() + LOOKUP_SECONDS
                while time.monotonic() <= end:
                    assert ana.ask("/api/summary?by=year").status == 200
                assert ana.ask("/api/summary?by=year").status == 200
                assert other.sign_in().status == 503
            finally:
                postgres.start()
            assert other.sign_in().status == 303


def test_shown_a_server_that_starts_while_postgresql_is_away_says_so(tmp_path: Path) -> None:
    away = {"COP_DATABASE": f"host=127.0.0.1 port={free_port()} dbname=cop"}
    done = run_cop("run", "--data", tmp_path, environment=away)
    assert done.returncode == 2
    assert "check that PostgreSQL is running there, COP_DATABASE" in done.stderr
    assert "Traceback" not in done.stderr
