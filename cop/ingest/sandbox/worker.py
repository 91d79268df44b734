"""The sandbox: reads an order on standard input, each file in a fork of its own."""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cop.errors import CopError
from cop.model.upload import RASTER, Choices, FileScan
from cop.settings import UploadSettings

if TYPE_CHECKING:
    from cop.ingest.source.format import FileFormat

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
    _restrict_self()
    if order["task"] in _OF_PROFILES:
        import cop.ingest.sandbox.stream
        import cop.ingest.source.registry  # loaded once, before the forks
    else:
        import cop.ingest.upload.task  # noqa: F401 the same

    files = order["files"]
    for number, file in enumerate(files):
        _run_apart(order, file, number / len(files), 1 / len(files))


def _restrict_self() -> None:
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
    end = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "peak_mb": used.ru_maxrss * 1024 // 1_000_000,
    }
    (out / END).write_text(json.dumps(end))


def _run_fork(order: dict[str, Any], file: dict[str, Any], done: float, share: float) -> None:
    try:
        settings = UploadSettings.model_validate(order["settings"])
        _limit(settings, is_load=order["task"] in _OF_PROFILES)
        result = _try_task(order, file, settings, done, share)
        (Path(file["out"]) / RESULT).write_text(json.dumps(result))
    finally:
        os._exit(0)


def _limit(settings: UploadSettings, *, is_load: bool) -> None:
    """Limit this process; what is read by a profile may be of any size, so take any time."""
    memory = settings.upload_memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    address = memory + _ADDRESS_MB * _MB
    resource.setrlimit(resource.RLIMIT_AS, (address, address))
    if not is_load:
        seconds = settings.upload_cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    written = max(settings.upload_output_mb, settings.upload_unpacked_mb) * _MB
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))


def _try_task(
    order: dict[str, Any], file: dict[str, Any], settings: UploadSettings, done: float, share: float
) -> dict[str, Any]:
    """Do the task; whatever goes wrong becomes words."""
    name = file["name"]
    try:
        if order["task"] in _OF_PROFILES:
            return _OF_PROFILES[order["task"]](file)
        return _do_task(order, file, settings, done, share)
    except CopError as fault:
        return {"refused": str(fault), "fault": type(fault).__name__}
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


def _read_batches(file: dict[str, Any]) -> dict[str, Any]:
    """Write the batches of a file to standard output; return how many rows they have."""
    import pyarrow as pa

    from cop.ingest.sandbox.stream import pack_batches
    from cop.ingest.source.format import MappedColumns
    from cop.ingest.source.registry import READABLE, find_reader

    scratch = Path(file["out"]) / "scratch"
    scratch.mkdir()
    os.environ["TMPDIR"] = str(scratch)
    path, profile = Path(file["path"]), MappedColumns(**file["profile"])
    reader = find_reader(profile.reader)
    _make_ready(READABLE[profile.reader], path, file["name"], scratch, uses_gdal=reader.uses_gdal)
    total, rows = None, 0
    writer = None
    with _own_output() as sink:
        for number, table in enumerate(reader.read_batches(path, profile)):
            total = total if number else reader.count_rows(path)
            for batch in pack_batches(table, total):
                writer = writer or pa.ipc.new_stream(sink, batch.schema)
                writer.write_batch(batch)
                rows += len(batch)
        if writer is not None:
            writer.close()
    return {"rows": rows}


def _convert_heights(file: dict[str, Any]) -> dict[str, Any]:
    """Write the heights of a raster as a COG; return what it holds."""
    from cop.ingest.source.format import MappedHeights
    from cop.ingest.source.registry import FORMATS

    out, profile = Path(file["out"]), MappedHeights(**file["profile"])
    scratch = out / "scratch"
    scratch.mkdir()
    _make_ready(FORMATS[profile.reader], Path(file["path"]), file["name"], scratch)
    from cop.ingest.heights import convert_heights

    raster = convert_heights(Path(file["path"]), profile, out / RASTER)
    return {"heights": raster.model_dump(mode="python")}


def _make_ready(
    form: "FileFormat", path: Path, name: str, scratch: Path, *, uses_gdal: bool = True
) -> None:
    """Refuse a file that leads to others, then leave GDAL with the driver of the format."""
    if form.check is not None:
        form.check(path, name)
    if form.driver is not None and uses_gdal:
        from cop.ingest.sandbox.driver import leave_driver

        leave_driver(form.driver, scratch)


@contextmanager
def _own_output() -> Iterator[BinaryIO]:
    """Return standard output to the stream alone: what a library prints goes to standard error."""
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)
        yield sink


def _do_task(
    order: dict[str, Any], file: dict[str, Any], settings: UploadSettings, done: float, share: float
) -> dict[str, Any]:
    from cop.ingest.source.base.detect import list_by_suffix, settle_format
    from cop.ingest.source.base.opened import Job
    from cop.ingest.source.registry import FORMATS
    from cop.ingest.upload.task import convert_source, inspect_source

    path, name, out = Path(file["path"]), file["name"], Path(file["out"])
    scratch = out / "scratch"
    scratch.mkdir()
    form = FORMATS[file["format"]]
    if len(list_by_suffix(name)) > 1:
        form = settle_format(path, name, form, settings)
    _make_ready(form, path, name, scratch)
    choices = Choices.model_validate(file["choices"])
    scan = FileScan.model_validate(file["scan"]) if file.get("scan") else None
    job = Job(
        path=path,
        name=name,
        format=form,
        choices=choices,
        settings=settings,
        scratch=scratch,
        scan=scan,
    )

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


_OF_PROFILES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "read": _read_batches,
    "heights": _convert_heights,
}
"""Tasks for a load by a profile, by their names; the others are of uploads."""


if __name__ == "__main__":
    main()
