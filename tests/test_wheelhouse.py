"""Tests of the folder to install from without network: what it seals, and what it refuses."""

import hashlib
from pathlib import Path

import pytest

from cop.errors import WheelhouseError
from cop.wheelhouse import check, main, platform, seal

pytestmark = pytest.mark.sources


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """The lock of a project whose wheels lie in ``house`` beside it."""
    path = tmp_path / "requirements.txt"
    path.write_text("a==1\n")
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "a-1-py3-none-any.whl").write_bytes(b"wheel")
    return path


def test_a_sealed_folder_passes(lock: Path) -> None:
    house = lock.with_name("house")
    assert seal(house, lock) == 3
    check(house, lock)
    lines = (house / "SHA256SUMS").read_text().splitlines()
    wheel = hashlib.sha256(b"wheel").hexdigest()
    assert f"{wheel}  a-1-py3-none-any.whl" in lines


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("SHA256SUMS", None, "there is no wheelhouse"),
        ("a-1-py3-none-any.whl", None, "a-1-py3-none-any.whl is missing"),
        ("a-1-py3-none-any.whl", b"whee", "altered or cut short"),
    ],
)
def test_an_incomplete_folder_is_refused(
    lock: Path, name: str, content: bytes | None, said: str
) -> None:
    house = lock.with_name("house")
    seal(house, lock)
    if content is None:
        (house / name).unlink()
    else:
        (house / name).write_bytes(content)
    with pytest.raises(WheelhouseError, match=said) as told:
        check(house, lock)
    assert "make wheelhouse" in str(told.value)


def test_another_platform_or_other_requirements_are_refused(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = lock.with_name("house")
    seal(house, lock)
    lock.write_text("a==2\n")
    with pytest.raises(WheelhouseError, match=r"made for other requirements\.txt"):
        check(house, lock)
    monkeypatch.setattr("cop.wheelhouse.platform", lambda: "cp999 moon")
    with pytest.raises(WheelhouseError, match=f"made for {platform()}, this is cp999 moon"):
        check(house, lock)


def test_the_command_tells_faults_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["dance"]) == 2
    assert "usage" in capsys.readouterr().err
