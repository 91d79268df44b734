"""Tests of what all commands share."""

import getpass
import os

import pytest
import typer

from cop import __version__
from cop.cli.base import BAD_INPUT, give_way, guarded, name_user, with_all_cores
from cop.errors import FilterError
from cop.settings import StoreSettings
from tests.support.invoked import invoke

pytestmark = pytest.mark.picture


def test_a_fault_of_the_input_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    @guarded
    def command(text: str) -> None:
        raise FilterError(text)

    with pytest.raises(typer.Exit) as ended:
        command("a.csv, row 3:\n  no count")
    assert ended.value.exit_code == BAD_INPUT == 2
    assert capsys.readouterr().err == "cop: a.csv, row 3: no count\n"
    assert command.__name__ == "command"


def test_a_fault_of_the_program_is_not_hidden() -> None:
    @guarded
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()


def test_a_command_gives_way_by_its_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered: list[int] = []
    monkeypatch.setattr(os, "nice", lowered.append)
    give_way()
    assert lowered == [10]


def test_a_large_question_has_all_cores_unless_threads_are_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COP_THREADS")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert StoreSettings().threads == 1
    assert with_all_cores(StoreSettings()).threads == 6
    assert with_all_cores(StoreSettings(threads=3)).threads == 3
    monkeypatch.setenv("COP_THREADS", "2")
    assert with_all_cores(StoreSettings()).threads == 2


def test_the_user_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "avery")
    assert name_user() == "avery"

    def fail() -> str:
        raise KeyError("no such uid")

    monkeypatch.setattr(getpass, "getuser", fail)
    assert name_user() == "unknown"


def test_the_version_is_printed() -> None:
    assert invoke("--version").stdout == f"cop {__version__}\n"


def test_without_a_command_there_is_help() -> None:
    assert "ingest" in invoke().output
    assert invoke("absent").exit_code == 2
