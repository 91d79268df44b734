"""The tiers: what a test reaches decides, and no quick one starts a browser or a server."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from cop.bench.server import serving_process
from tests.conftest import GUARD, LONG
from tests.support import command
from tests.support.command import CHECKOUT, run_cop, serving
from tests.support.network import no_network
from tests.support.tier import ProcessGuard, ProcessRefusedError, reaches_process

pytestmark = pytest.mark.house

STARTING = {"browser", "server", "served", "visit"}


def by_helper() -> None:
    run_cop("version")


def by_helper_of_helper() -> object:
    return [by_helper() for _ in range(2)]


def by_module() -> object:
    return command.run_cop("version")


@contextmanager
def by_context() -> Iterator[str]:
    with serving(CHECKOUT, CHECKOUT) as base:
        yield base


def by_bench() -> object:
    return serving_process


class ByMethod:
    @property
    def base(self) -> object:
        return by_context()


def by_class() -> object:
    return ByMethod()


def by_word() -> tuple[str, object]:
    return "serving run_cop subprocess", CHECKOUT


@pytest.mark.parametrize(
    "function",
    [by_helper, by_helper_of_helper, by_module, by_context, by_bench, by_class, no_network],
)
def test_what_leads_to_a_process_is_full(function: Callable[..., object]) -> None:
    assert reaches_process([function])


@pytest.mark.parametrize("name", ["browser", "server"])
def test_the_fixtures_of_browsers_and_servers_are_full(
    request: pytest.FixtureRequest, name: str
) -> None:
    (found,) = request._fixturemanager.getfixturedefs(name, request.node) or ()
    assert reaches_process([found.func])


def test_what_only_speaks_of_one_is_quick() -> None:
    assert not reaches_process([by_word])


def test_shown_no_quick_test_starts_a_browser_or_a_server(request: pytest.FixtureRequest) -> None:
    quick = [i for i in request.session.items if not i.get_closest_marker("full")]
    assert request.node in quick
    reaching = {f"{i.nodeid}: {name}" for i in quick for name in set(i.fixturenames) & STARTING}
    assert reaching == set()
    assert GUARD.quick == request.node.nodeid
    with pytest.raises(ProcessRefusedError, match="is a quick test and starts"):
        os.popen("chromium")  # noqa: S605 it is refused


@pytest.mark.parametrize("program", ["chromium", "unshare", "make", "streamlit"])
def test_the_guard_refuses_every_program_but_the_sandbox(program: str) -> None:
    with pytest.raises(ProcessRefusedError, match=program):
        ask_guard([program])
    ask_guard([sys.executable, "-m", "cop.ingest.sandbox.worker"])


def ask_guard(arguments: list[str]) -> None:
    guard = ProcessGuard()
    guard.quick = "tests/test_some.py::test_one"
    guard("subprocess.Popen", (arguments[0], arguments, None, None))


def test_the_guard_lets_full_tests_be() -> None:
    guard, started = ProcessGuard(), ("chromium", ["chromium"], None, None)
    guard("subprocess.Popen", started)
    guard.quick = "tests/test_some.py::test_one"
    with pytest.raises(ProcessRefusedError, match="chromium"):
        guard("subprocess.Popen", started)


def test_what_is_begun_first_is_there() -> None:
    assert [file for file in LONG if not (CHECKOUT / file).is_file()] == []
