"""Seals and checks the folder from which an installation without network is made.

It runs in a checkout before anything is installed, so it needs the standard library only:
``python -m cop.wheelhouse seal DIR`` writes the checksums of what was collected, ``check DIR``
refuses a folder that is incomplete, altered, for another Python or for other requirements.
"""

import hashlib
import sys
import sysconfig
from pathlib import Path

from cop.errors import WheelhouseError

CHECKSUMS, PLATFORM = "SHA256SUMS", "PLATFORM"
LOCK = Path("requirements.txt")
"""Of the checkout that make runs in."""
_REMEDY = "run `make wheelhouse` on a machine with network and copy the folder whole"


def seal(folder: Path, lock: Path = LOCK) -> int:
    """Write platform, requirements and checksums beside what was collected; return the number."""
    (folder / PLATFORM).write_text(f"{platform()}\n", encoding="ascii")
    (folder / LOCK.name).write_bytes(lock.read_bytes())
    files = [path for path in folder.iterdir() if path.is_file() and path.name != CHECKSUMS]
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(files)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    return len(files)


def check(folder: Path, lock: Path = LOCK) -> None:
    """Raise WheelhouseError where an installation from the folder could not be whole."""
    if not (folder / CHECKSUMS).is_file():
        raise WheelhouseError(f"{folder}: there is no wheelhouse (no {CHECKSUMS}): {_REMEDY}")
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not (folder / name).is_file():
            raise WheelhouseError(f"{folder}: {name} is missing: {_REMEDY}")
        if _sha256(folder / name) != digest:
            raise WheelhouseError(f"{folder / name}: altered or cut short: {_REMEDY}")
    tag = (folder / PLATFORM).read_text(encoding="ascii").strip()
    if tag != platform():
        raise WheelhouseError(
            f"{folder}: made for {tag}, this is {platform()}: make it on a machine like this one"
        )
    if (folder / LOCK.name).read_bytes() != lock.read_bytes():
        raise WheelhouseError(f"{folder}: made for other {LOCK.name} than these: {_REMEDY}")


def platform() -> str:
    """The Python and the system that the wheels are for, as 'cp311 linux-x86_64'."""
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{version} {sysconfig.get_platform()}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """Run one command; 2 and one line on stderr where the folder is at fault."""
    try:
        match arguments:
            case ["seal", folder]:
                sys.stdout.write(f"{seal(Path(folder))} files in {folder}\n")
            case ["check", folder]:
                check(Path(folder))
            case _:
                sys.stderr.write("usage: python -m cop.wheelhouse seal|check DIR\n")
                return 2
    except WheelhouseError as fault:
        sys.stderr.write(f"cop: {fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
