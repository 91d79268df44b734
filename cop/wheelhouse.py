"""Seals, checks and unpacks the folder from which an installation without network is made.

It runs before anything is installed, so it needs the standard library only:
``python -m cop.wheelhouse spec`` names the npm package to collect, ``seal DIR`` writes the
checksums of what was collected, ``check DIR`` refuses a folder that is incomplete, altered or for
another Python, ``unpack DIR`` puts the npm file where the program expects it.
"""

import base64
import hashlib
import json
import re
import sys
import sysconfig
import tarfile
from pathlib import Path

from cop.errors import WheelhouseError

ROOT = Path(__file__).resolve().parent.parent
CHECKSUMS, PLATFORM, REQUIREMENTS = "SHA256SUMS", "PLATFORM", "requirements.txt"
PACKAGE = "@loaders.gl/mvt"
WANTED = ("dist/mvt-worker.js", "LICENSE", "package.json")
"""The one file that the program serves, its licence, and what says its version."""
_REMEDY = "run `make wheelhouse` on a machine with network and copy the folder whole"


def package_spec(root: Path = ROOT) -> str:
    """The npm package at its locked version, as npm names it."""
    return f"{PACKAGE}@{_locked(root)['version']}"


def seal(folder: Path, root: Path = ROOT) -> int:
    """Write platform, requirements and checksums beside what was collected; gives the files."""
    _check_integrity(folder, root)
    (folder / PLATFORM).write_text(f"{platform()}\n", encoding="ascii")
    (folder / REQUIREMENTS).write_bytes((root / REQUIREMENTS).read_bytes())
    files = [path for path in folder.iterdir() if path.is_file() and path.name != CHECKSUMS]
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(files)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    return len(files)


def check(folder: Path, root: Path = ROOT) -> None:
    """Raise WheelhouseError where an installation from the folder could not be whole."""
    if not (folder / CHECKSUMS).is_file():
        raise WheelhouseError(f"{folder}: there is no wheelhouse (no {CHECKSUMS}): {_REMEDY}")
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not (folder / name).is_file():
            raise WheelhouseError(f"{folder}: {name} is missing: {_REMEDY}")
        if _sha256(folder / name) != digest:
            raise WheelhouseError(f"{folder / name}: altered or cut short: {_REMEDY}")
    held = (folder / PLATFORM).read_text(encoding="ascii").strip()
    if held != platform():
        raise WheelhouseError(
            f"{folder}: made for {held}, this is {platform()}: make it on a machine like this one"
        )
    if (folder / REQUIREMENTS).read_bytes() != (root / REQUIREMENTS).read_bytes():
        raise WheelhouseError(f"{folder}: made for other {REQUIREMENTS} than these: {_REMEDY}")
    _check_integrity(folder, root)


def unpack(folder: Path, root: Path = ROOT) -> Path:
    """Put the npm file into node_modules, where npm would have put it; gives that folder."""
    archive = _check_integrity(folder, root)
    target = root / "node_modules" / PACKAGE
    with tarfile.open(archive) as packed:
        for name in WANTED:
            member = packed.extractfile(f"package/{name}")
            if member is None:
                raise WheelhouseError(f"{archive}: {name} is no file: {_REMEDY}")
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(member.read())
    return target


def platform() -> str:
    """The Python and the system that the wheels are for, as 'cp311 linux-x86_64'."""
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{version} {sysconfig.get_platform()}"


def _locked(root: Path) -> dict[str, str]:
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    entry: dict[str, str] = lock["packages"][f"node_modules/{PACKAGE}"]
    return entry


def _check_integrity(folder: Path, root: Path) -> Path:
    """The npm archive, its content being what package-lock.json says (SHA-512, base64)."""
    locked = _locked(root)
    archive = folder / f"{re.sub(r'[@/]', '-', PACKAGE).strip('-')}-{locked['version']}.tgz"
    if not archive.is_file():
        raise WheelhouseError(f"{folder}: {archive.name} is missing: {_REMEDY}")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != locked["integrity"]:
        raise WheelhouseError(f"{archive}: not the file that package-lock.json names: {_REMEDY}")
    return archive


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """Run one command; 2 and one line on stderr where the folder is at fault."""
    try:
        match arguments:
            case ["spec"]:
                sys.stdout.write(f"{package_spec()}\n")
            case ["seal", folder]:
                sys.stdout.write(f"{seal(Path(folder))} files in {folder}\n")
            case ["check", folder]:
                check(Path(folder))
            case ["unpack", folder]:
                unpack(Path(folder))
            case _:
                sys.stderr.write("usage: python -m cop.wheelhouse spec | seal|check|unpack DIR\n")
                return 2
    except WheelhouseError as fault:
        sys.stderr.write(f"cop: {fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
