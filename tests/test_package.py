"""What the package holds and asks for: its files, its lock, its vendored worker, its version."""

import hashlib
import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from cop import __version__
from cop.__main__ import app
from cop.resource import package_path
from cop.server.streamlit_options import read_options
from tests.support.command import CHECKOUT
from tests.support.install import make

pytestmark = pytest.mark.house

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASSETS = package_path("cop", "server", "asset")


def pins(name: str) -> dict[str, str]:
    """The exact versions that a requirements file names."""
    lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.removesuffix(" \\").split("==") for line in lines if "==" in line)
    return {canonicalize_name(package): exact for package, exact in pairs}


def applied(texts: list[str] | None) -> list[Requirement]:
    """The requirements that hold on this machine, extras left out."""
    found = [Requirement(text) for text in texts or []]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": ""})]


RUNTIME, TOOLS = pins("requirements.txt"), pins("requirements-dev.txt")


def test_the_command_tells_its_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"cop {__version__}\n"


def test_the_vendored_worker_is_the_one_that_was_fetched() -> None:
    digest, name = (ASSETS / "mvt-worker.sha256").read_text(encoding="ascii").split()
    assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    stated = re.search(r"of @loaders\.gl/mvt@([\d.]+), unchanged", _licence())
    assert stated
    assert f'"{stated[1]}"' in (ASSETS / name).read_text(encoding="utf-8")
    bundled = set(re.findall(r"^  // .*node_modules/(pbf|ieee754|@probe\.gl)/", _worker(), re.M))
    assert all(f"code of {package}" in _licence() for package in bundled)


def test_streamlit_is_given_our_options_under_its_own_names() -> None:
    options = read_options()
    assert options["server.headless"] is True
    assert options["theme.dark.primaryColor"].startswith("#")


def test_the_lock_holds_what_the_package_asks_for() -> None:
    for one in applied(PROJECT["dependencies"]):
        assert one.specifier.contains(RUNTIME[canonicalize_name(one.name)]), one


@pytest.mark.parametrize("package", sorted(RUNTIME | TOOLS))
def test_the_lock_holds_what_its_packages_need(package: str) -> None:
    within = RUNTIME if package in RUNTIME else RUNTIME | TOOLS
    try:
        assert version(package) == within[package]
    except PackageNotFoundError:
        pytest.fail(f"{package} is not installed: run `make install`")
    missing = {canonicalize_name(one.name) for one in applied(requires(package))} - set(within)
    assert not missing


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_has_versions_and_hashes_alone(name: str) -> None:
    text = re.sub(r"^#.*\n", "", (CHECKOUT / name).read_text(encoding="utf-8"), flags=re.M)
    pin = r"[a-z0-9-]+==[\w.]+(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.sub(pin, "", text) == ""
    assert len(re.findall(pin, text)) == len(pins(name)) > 50


def test_no_package_is_locked_twice() -> None:
    assert not RUNTIME.keys() & TOOLS.keys()


def test_make_installs_nothing_that_the_locks_do_not_name() -> None:
    said = make(CHECKOUT, "--dry-run", "--always-make", "install")
    lines = [line for line in said.splitlines() if " -r requirements" in line]
    assert len(lines) == 2
    assert all("--no-deps --require-hashes --only-binary :all:" in line for line in lines)


@pytest.mark.parametrize("extra", ["bench", "dev"])
def test_the_tools_are_those_of_the_extras(extra: str) -> None:
    both = RUNTIME | TOOLS
    for one in applied(PROJECT["optional-dependencies"][extra]):
        name = canonicalize_name(one.name)
        assert name == "cop" or one.specifier.contains(both[name]), one


def _worker() -> str:
    return (ASSETS / "mvt-worker.js").read_text(encoding="utf-8")


def _licence() -> str:
    return (ASSETS / "mvt-worker.LICENSE").read_text(encoding="utf-8")
