"""Tests of the folder to install from without network: what it seals, and what it refuses."""

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from cop.errors import WheelhouseError
from cop.wheelhouse import check, main, package_spec, platform, seal, unpack
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.sources

ARCHIVE = "loaders.gl-mvt-1.2.3.tgz"
FILES = {"dist/mvt-worker.js": b"work()", "LICENSE": b"MIT", "package.json": b"{}", "src/x": b"-"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that locks the archive of ``house``."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    digest = base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()
    locked = {"version": "1.2.3", "integrity": f"sha512-{digest}"}
    lock = {"packages": {"node_modules/@loaders.gl/mvt": locked}}
    folder = tmp_path / "project"
    (folder / "house").mkdir(parents=True)
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "requirements.txt").write_text("a==1\n")
    (folder / "house" / ARCHIVE).write_bytes(packed.getvalue())
    (folder / "house" / "a-1-py3-none-any.whl").write_bytes(b"wheel")
    return folder


def test_a_sealed_folder_passes_and_gives_the_npm_file(root: Path) -> None:
    house = root / "house"
    assert seal(house, root) == 4
    check(house, root)
    target = unpack(house, root)
    held = {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    assert held == {name: FILES[name] for name in ("dist/mvt-worker.js", "LICENSE", "package.json")}
    assert target == root / "node_modules" / "@loaders.gl" / "mvt"
    lines = (house / "SHA256SUMS").read_text().splitlines()
    wheel = hashlib.sha256(b"wheel").hexdigest()
    assert f"{wheel}  a-1-py3-none-any.whl" in lines


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("SHA256SUMS", None, "there is no wheelhouse"),
        ("a-1-py3-none-any.whl", None, "a-1-py3-none-any.whl is missing"),
        ("a-1-py3-none-any.whl", b"whee", "altered or cut short"),
        (ARCHIVE, b"other", "altered or cut short"),
    ],
)
def test_an_incomplete_folder_is_refused(
    root: Path, name: str, content: bytes | None, said: str
) -> None:
    house = root / "house"
    seal(house, root)
    if content is None:
        (house / name).unlink()
    else:
        (house / name).write_bytes(content)
    with pytest.raises(WheelhouseError, match=said) as told:
        check(house, root)
    assert "make wheelhouse" in str(told.value)


def test_another_platform_or_other_requirements_are_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = root / "house"
    seal(house, root)
    (root / "requirements.txt").write_text("a==2\n")
    with pytest.raises(WheelhouseError, match=r"made for other requirements\.txt"):
        check(house, root)
    monkeypatch.setattr("cop.wheelhouse.platform", lambda: "cp999 moon")
    with pytest.raises(WheelhouseError, match=f"made for {platform()}, this is cp999 moon"):
        check(house, root)


def test_an_npm_file_that_is_not_the_locked_one_is_refused(root: Path) -> None:
    house = root / "house"
    (house / ARCHIVE).write_bytes(b"other")
    for act in (seal, unpack):
        with pytest.raises(WheelhouseError, match=r"not the file that package-lock\.json names"):
            act(house, root)
    assert not (root / "node_modules").exists()


def test_the_command_tells_faults_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["dance"]) == 2
    assert "usage" in capsys.readouterr().err
    assert main(["spec"]) == 0
    lock = json.loads((CHECKOUT / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/@loaders.gl/mvt"]["version"]
    assert capsys.readouterr().out.strip() == f"@loaders.gl/mvt@{version}" == package_spec()
