"""The sealed process: reads an order on standard input, each file in a fork of its own."""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from cop.errors import CopError
from cop.ingest.upload.format import FORMATS, suffixed
from cop.model.upload import Choices, FileScan
from cop.settings import UploadSettings

RESULT, END = "result.json", "end.json"
_MB = 1 << 20
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_DIE_WITH_PARENT = 1
_FILES = 256
_ADDRESS_MB = 2_048
"""What libraries reserve beyond what they use."""


def main() -> None:
    """Do the order: ``task``, ``settings``, ``near`` and ``files``."""
    order = json.loads(sys.stdin.read())
    _seal_self()
    import cop.ingest.upload.task  # noqa: F401 loaded once, before the forks

    files = order["files"]
    for number, file in enumerate(files):
        _run_apart(order, file, number / len(files), 1 / len(files))


def _seal_self() -> None:
    """Die with the parent; have no network where the kernel allows that."""
    libc = ctypes.CDLL(None)
    libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if libc.unshare(_NEW_USER | _NEW_NET):
        libc.unshare(_NEW_NET)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))


def _run_apart(order: dict[str, Any], file: dict[str, Any], done: float, share: float) -> None:
    """Read one file in a fork, whose end cannot harm the next one."""
    out = Path(file["out"])
    pid = os.fork()
    if pid == 0:
        _run_fork(order, file, done, share)
    _, status, used = os.wait4(pid, 0)
    ended = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "peak_mb": used.ru_maxrss * 1024 // 1_000_000,
    }
    (out / END).write_text(json.dumps(ended))


def _run_fork(order: dict[str, Any], file: dict[str, Any], done: float, share: float) -> None:
    try:
        settings = UploadSettings.model_validate(order["settings"])
        _limit(settings)
        result = _try_task(order, file, settings, done, share)
        (Path(file["out"]) / RESULT).write_text(json.dumps(result))
    finally:
        os._exit(0)


def _limit(settings: UploadSettings) -> None:
    memory = settings.upload_memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    address = memory + _ADDRESS_MB * _MB
    resource.setrlimit(resource.RLIMIT_AS, (address, address))
    seconds = settings.upload_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    written = max(settings.upload_output_mb, settings.upload_unpacked_mb) * _MB
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))


def _try_task(
    order: dict[str, Any], file: dict[str, Any], settings: UploadSettings, done: float, share: float
) -> dict[str, Any]:
    """Do the task; whatever goes wrong becomes words."""
    name = file["name"]
    try:
        return _do_task(order, file, settings, done, share)
    except CopError as fault:
        return {"refused": str(fault)}
    except MemoryError:
        return {
            "refused": f"{name}: reading it needs more than {settings.upload_memory_mb} MB of "
            "memory; split the file"
        }
    except RecursionError:
        return {"refused": f"{name}: it is nested too deep; refused"}
    except Exception as fault:  # noqa: BLE001 a stranger's file may raise anything
        return {
            "refused": f"{name}: cannot be read ({type(fault).__name__}: {str(fault)[:300]}); "
            "export it again"
        }


def _do_task(
    order: dict[str, Any], file: dict[str, Any], settings: UploadSettings, done: float, share: float
) -> dict[str, Any]:
    from cop.ingest.upload.driver import leave_driver
    from cop.ingest.upload.source.opened import Job
    from cop.ingest.upload.source.registry import settle_format
    from cop.ingest.upload.task import convert_source, inspect_source

    path, name, out = Path(file["path"]), file["name"], Path(file["out"])
    scratch = out / "scratch"
    scratch.mkdir()
    held = FORMATS[file["format"]]
    if len(suffixed(name)) > 1:
        held = settle_format(path, name, held, settings)
    if held.driver is not None:
        leave_driver(held.driver, scratch)
    choices = Choices.model_validate(file["choices"])
    scan = FileScan.model_validate(file["scan"]) if file.get("scan") else None
    job = Job(
        path=path, name=name, format=held, choices=choices, settings=settings, scratch=scratch,
        scan=scan,
    )  # fmt: skip

    def progress(part: float) -> None:
        sys.stdout.write(f"progress {done + share * part:.4f}\n")
        sys.stdout.flush()

    near = order["near"]
    if order["task"] == "inspect":
        result = {"inspection": inspect_source(job, near, progress).model_dump(mode="json")}
    else:
        result = {"draft": convert_source(job, out, near, progress).model_dump(mode="json")}
    progress(1.0)
    return result


if __name__ == "__main__":
    main()
