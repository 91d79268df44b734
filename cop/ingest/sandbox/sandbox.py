"""Running the sandbox: the process that reads strangers' files, in bubblewrap if it is there."""

import json
import os
import selectors
import shutil
import signal
import site
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

from cop.errors import InputFileError, SettingsError
from cop.ingest.sandbox.turn import TURNS
from cop.ingest.source.format import FileFormat
from cop.model.progress import WaitingShare
from cop.resource import import_folder
from cop.settings import UploadSettings, is_local

Way = Literal["bubblewrap", "limits"]
MODULE = "cop.ingest.sandbox.worker"
_MB = 1 << 20
PIPE_BYTES = 1 << 20
_TICK_S, _START_S = 0.25, 30.0
_MOST_LINE, _MOST_WORDS = 200, 4_000
_NOWHERE = "http://127.0.0.1:9"
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PROJ_NETWORK": "OFF",
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), _NOWHERE),
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """A file to read, and the name of ours that it has within."""

    path: Path
    inner: str


@dataclass(frozen=True, kw_only=True)
class Within:
    """Where the process sees its inputs and its one writable folder."""

    inputs: tuple[Path, ...]
    out: Path


class SandboxError(InputFileError):
    """The sandbox ended before it had read all of its files."""


def find_way(settings: UploadSettings) -> Way:
    """Return how the sandbox is built here; SettingsError where what is asked for is missing."""
    if settings.upload_seal == "limits":
        return "limits"
    if _can_bubblewrap():
        return "bubblewrap"
    if settings.upload_seal == "bubblewrap":
        raise SettingsError(
            "COP_UPLOAD_SEAL='bubblewrap': bwrap is missing or may not make namespaces here; "
            "install the Debian package bubblewrap, or use auto"
        )
    return "limits"


def check_reach(form: FileFormat, settings: UploadSettings, *, file: str) -> None:
    """Raise InputFileError for a format that can reach other files, without bubblewrap."""
    if form.can_reach and find_way(settings) != "bubblewrap":
        raise InputFileError(
            f"{file}: a {form.title} can name other files, so it is read in bubblewrap only: "
            "install the Debian package bubblewrap (COP_UPLOAD_SEAL=auto), or export the layer "
            "in another format"
        )


def check_listening(host: str, settings: UploadSettings) -> None:
    """Raise SettingsError for an address beyond loopback, without bubblewrap."""
    if not is_local(host) and find_way(settings) != "bubblewrap":
        raise SettingsError(
            f"host {host!r}: refused without bubblewrap, as others could upload files that read "
            "this account's; install the Debian package bubblewrap (COP_UPLOAD_SEAL=auto), or use "
            "127.0.0.1 (docs/room.md)"
        )


def describe_sandbox(settings: UploadSettings) -> str:
    """Return how uploads are sandboxed, for the start of a server."""
    limits = f"{settings.upload_memory_mb} MB and {settings.upload_cpu_seconds} s of CPU a file"
    if find_way(settings) == "bubblewrap":
        return f"Uploads are read by a process in bubblewrap: no network, no other file, {limits}."
    return (
        "Uploads are read in a process under resource limits only, "
        f"{limits}: without bubblewrap it can see other files of this account. Install the Debian "
        "package bubblewrap."
    )


def run_in_sandbox(
    order: Callable[[Within], dict[str, Any]],
    inputs: Iterable[Input],
    folder: Path,
    settings: UploadSettings,
    *,
    progress: Callable[[float], None],
) -> None:
    """Run an order to its end; what it wrote lies in ``folder``/out, none of it to be trusted.

    It waits for its turn while as many as ``upload_readers`` run, and tells ``progress``. Raises
    SandboxError where the process was stopped for its time or its output.
    """
    files = tuple(inputs)
    seconds = _START_S + settings.upload_seconds * max(len(files), 1)
    with (
        TURNS.take(settings.upload_readers, lambda running: progress(WaitingShare(running))),
        open_sandbox(order, files, folder, settings) as process,
    ):
        _Watch(process, folder / "out", settings, seconds, len(files), progress).run()


@contextmanager
def open_sandbox(
    order: Callable[[Within], dict[str, Any]],
    inputs: Iterable[Input],
    folder: Path,
    settings: UploadSettings,
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start an order and end it afterward; its standard output and error are to be read."""
    out = folder / "out"
    out.mkdir()
    files = tuple(inputs)
    is_bubblewrap = find_way(settings) == "bubblewrap"
    within = _name_within(files) if is_bubblewrap else _lay_out(files, folder)
    command = _bubblewrap_command(files, out) if is_bubblewrap else _plain_command()
    written = json.dumps(order(within))
    with subprocess.Popen(  # noqa: S603 our own module, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd=import_folder(),
        start_new_session=True,
        pipesize=PIPE_BYTES,
    ) as process:
        try:
            if process.stdin is not None:
                _send(process.stdin, written)
            yield process
        finally:
            _end(process)


def _lay_out(inputs: tuple[Input, ...], folder: Path) -> Within:
    """Return each input a name of ours by a link, so that nothing lies beside it."""
    paths = []
    for number, one in enumerate(inputs):
        place = folder / "in" / str(number)
        place.mkdir(parents=True)
        (place / one.inner).symlink_to(one.path.resolve())
        paths.append(place / one.inner)
    return Within(inputs=tuple(paths), out=folder / "out")


def _name_within(inputs: tuple[Input, ...]) -> Within:
    paths = tuple(Path(f"/in/{number}/{one.inner}") for number, one in enumerate(inputs))
    return Within(inputs=paths, out=Path("/out"))


def _plain_command() -> list[str]:
    return [sys.executable, "-s", "-B", "-m", MODULE]


def _bubblewrap_command(inputs: tuple[Input, ...], out: Path | None) -> list[str]:
    """Return bubblewrap's command: only Python, its packages and our code can be read."""
    command = [
        str(shutil.which("bwrap")), "--unshare-all", "--unshare-user", "--uid", "65534", "--gid",
        "65534", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
        "--proc", "/proc", "--dev", "/dev",
    ]  # fmt: skip
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for path in _LIBRARIES:
        command += _bind_library(path)
    for path in _code():
        command += ["--ro-bind", path, path]
    for number, one in enumerate(inputs):
        command += ["--ro-bind", str(one.path.resolve()), f"/in/{number}/{one.inner}"]
    if out is not None:
        command += ["--bind", str(out.resolve()), "/out"]
    return [*command, "--chdir", str(import_folder()), "--", *_plain_command()]


def _code() -> list[str]:
    """Return Python, its packages and our code: of a checkout not what lies beside it."""
    home = import_folder()
    is_site = str(home) in {*site.getsitepackages(), site.getusersitepackages()}
    folders = (sys.base_prefix, sys.prefix, str(home if is_site else home / "cop"))
    return list(dict.fromkeys(p for one in folders for p in (one, str(Path(one).resolve()))))


def _bind_library(path: str) -> list[str]:
    place = Path(path)
    if place.is_symlink():
        return ["--symlink", str(place.readlink()), path]
    return ["--ro-bind-try", path, path]


@cache
def _can_bubblewrap() -> bool:
    """Try once whether bubblewrap can make a sandbox here."""
    if shutil.which("bwrap") is None:
        return False
    command = [*_bubblewrap_command((), None)[:-2], "-c", "pass"]
    try:
        done = subprocess.run(command, env={}, capture_output=True, timeout=_START_S, check=False)  # noqa: S603 our own command
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@dataclass
class _Watch:
    """Watches a process: its words are capped, its time and what it writes are limited."""

    process: "subprocess.Popen[bytes]"
    out: Path
    settings: UploadSettings
    seconds: float
    files: int
    progress: Callable[[float], None]
    _line: bytes = b""
    _words: bytes = b""

    def run(self) -> None:
        deadline = time.monotonic() + self.seconds
        stdout, stderr = self.process.stdout, self.process.stderr
        if stdout is None or stderr is None:
            raise SandboxError("the sandbox has no pipes")
        with selectors.DefaultSelector() as ready:
            ready.register(stdout, selectors.EVENT_READ, self._hear)
            ready.register(stderr, selectors.EVENT_READ, self._note)
            while ready.get_map():
                for key, _ in ready.select(_TICK_S):
                    content = os.read(key.fd, 65_536)
                    if content:
                        key.data(content)
                    else:
                        ready.unregister(key.fileobj)
                self._check(deadline)
        code = self.process.wait(timeout=max(1.0, deadline - time.monotonic()))
        if code:
            words = self._words.decode("utf-8", "replace").strip()[-500:]
            raise SandboxError(f"the sandbox ended with {code}: {words}")

    def _hear(self, content: bytes) -> None:
        """Read lines ``progress 0.42``; anything else is dropped."""
        *lines, rest = (self._line + content).split(b"\n")
        self._line = rest[-_MOST_LINE:]
        for line in lines[-1:]:
            word, _, number = line[:_MOST_LINE].partition(b" ")
            try:
                share = float(number) if word == b"progress" else -1.0
            except ValueError:
                continue
            if 0 <= share <= 1:
                self.progress(share)

    def _note(self, content: bytes) -> None:
        self._words = (self._words + content)[-_MOST_WORDS:]

    def _check(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise SandboxError(f"reading takes longer than {self.seconds:.0f} s; split the file")
        allowed = (self.settings.upload_output_mb + self.settings.upload_unpacked_mb) * _MB
        if folder_size(self.out) > allowed * max(self.files, 1):
            raise SandboxError(f"it becomes more than {allowed // _MB} MB; split the file")


def _send(stdin: IO[bytes], order: str) -> None:
    try:
        stdin.write(order.encode())
        stdin.close()
    except BrokenPipeError:
        return


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below a folder, links not followed."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total
