"""Tests of `cop people`: accounts as they are added, changed, closed and signed out."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.access.people import LocalAccounts
from cop.access.session import SessionRegistry
from cop.settings import StoreSettings
from cop.store.room.people import People
from cop.store.room.session import Sessions
from tests.support.access import PASSWORD, shipped_policy
from tests.support.command import run_cop
from tests.support.invoked import invoke, read_refusal

pytestmark = pytest.mark.access


def write_password(folder: Path, password: str = PASSWORD, *, mode: int = 0o600) -> Path:
    path = folder / "password.txt"
    path.write_text(f"{password}\n")
    path.chmod(mode)
    return path


def add(data: Path, file: Path, login: str = "ana", *more: str) -> Any:
    return invoke(
        "people", "add", login, "--name", "Ana", "--agency", "JTF", "--role", "analyst",
        "--role", "commander", "--password-file", file, "--data", data, *more,
    )  # fmt: skip


def listed(data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        invoke("people", "list", "--json", "--data", data).stdout
    )["people"]
    return found


class Session:
    """A session of an account, as a browser has one."""

    def __init__(self, data: Path) -> None:
        settings, policy = StoreSettings(data=data), shipped_policy()
        self._people, self._sessions = People(settings), Sessions(settings)
        self.accounts = LocalAccounts(self._people, policy)
        self.registry = SessionRegistry(self._sessions, self.accounts, policy)
        viewer = self.accounts.sign_in("ana", PASSWORD, address="").viewer
        assert viewer is not None
        self.token = self.registry.issue(viewer)

    def roles(self) -> frozenset[str] | None:
        viewer = self.registry.find(self.token)
        return None if viewer is None else viewer.roles

    def close(self) -> None:
        self._people.close()
        self._sessions.close()


def test_an_account_is_added_listed_and_changed(tmp_path: Path) -> None:
    data, file = tmp_path / "w", write_password(tmp_path)
    added = add(data, file)
    assert added.exit_code == 0, added.stderr
    assert added.stdout == "account ana added: Ana  JTF  analyst commander\n"
    changed = invoke(
        "people", "change", "ana", "--role", "viewer", "--highest", "TLP:RED",
        "--valid-until", "2030-01-31", "--agency", "SO-1", "--name", "Ana B", "--data", data,
    )  # fmt: skip
    described = "Ana B  SO-1  viewer  TLP:RED  until 2030-01-31T00:00:00Z"
    assert changed.stdout == f"account ana changed: {described}\n"
    assert invoke("people", "list", "--data", data).stdout == f"ana  {described}\n"
    (stated,) = listed(data)
    assert (stated["roles"], stated["valid_until"]) == (["viewer"], "2030-01-31T00:00:00")
    assert "password_hash" not in stated
    invoke("people", "change", "ana", "--highest", "none", "--valid-until", "none", "--data", data)
    (stated,) = listed(data)
    assert (stated["highest"], stated["valid_until"]) == (None, None)


def test_what_is_wrong_is_refused_in_one_line(tmp_path: Path) -> None:
    data, file = tmp_path / "w", write_password(tmp_path)
    assert add(data, file).exit_code == 0
    assert "an account 'ana' exists" in read_refusal(add(data, file))
    assert "login 'Ana'" in read_refusal(add(data, file, "Ana"))
    assert "no role 'chief'" in read_refusal(add(data, file, "b", "--role", "chief"))
    assert "label 'RED'" in read_refusal(add(data, file, "b", "--highest", "RED"))
    assert "--valid-until='soon'" in read_refusal(add(data, file, "b", "--valid-until", "soon"))
    for command in ("change", "disable", "enable", "reset", "sign-out"):
        assert "no account 'nobody'" in read_refusal(
            invoke("people", command, "nobody", "--data", data)
        )
    policy = tmp_path / "access.yaml"
    policy.write_text("host: JTF\n")
    assert str(policy) in read_refusal(add(data, file, "b", "--access", str(policy)))
    assert [account["login"] for account in listed(data)] == ["ana"]


def test_a_weak_or_open_password_file_is_refused_without_the_password(tmp_path: Path) -> None:
    data = tmp_path / "w"
    refusal = read_refusal(add(data, write_password(tmp_path, "s3cret")))
    assert "6 characters: use at least 12" in refusal
    assert "s3cret" not in refusal
    assert "chmod 600" in read_refusal(add(data, write_password(tmp_path, mode=0o644)))
    assert listed(data) == []


def test_a_password_is_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from cop.__main__ import app

    data = ["--data", str(tmp_path / "w")]
    command = ["people", "add", "ana", "--name", "A", "--agency", "JTF", "--role", "viewer", *data]
    done = CliRunner().invoke(app, command, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.stderr
    assert PASSWORD not in done.output
    with closing(Session(tmp_path / "w")) as session:
        assert session.roles() == {"viewer"}


def test_shown_who_loses_a_role_is_disabled_or_signed_out_loses_the_session(
    tmp_path: Path,
) -> None:
    data, file = tmp_path / "w", write_password(tmp_path)
    assert add(data, file).exit_code == 0

    def command(*words: str) -> str:
        done = run_cop("people", *words, "--data", data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with closing(Session(data)) as session:
        assert session.roles() == {"analyst", "commander"}
        command("change", "ana", "--role", "viewer")
        assert session.roles() == {"viewer"}
        assert command("sign-out", "ana") == "account ana: 1 session ended\n"
        assert session.roles() is None
    with closing(Session(data)) as session:
        assert command("disable", "ana") == "account ana disabled; 1 session ended\n"
        assert session.roles() is None
        assert session.accounts.sign_in("ana", PASSWORD, address="").viewer is None
        assert "disabled" in command("list")
        command("enable", "ana")
        assert session.roles() is None, "a session that ended does not come back"
    with closing(Session(data)) as session:
        other = write_password(tmp_path, "another password")
        assert "1 session ended" in command("reset", "ana", "--password-file", str(other))
        assert session.roles() is None
        assert session.accounts.sign_in("ana", PASSWORD, address="").viewer is None
        assert session.accounts.sign_in("ana", "another password", address="").viewer
