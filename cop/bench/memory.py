"""A process of its own that runs only our queries and reports its peak memory."""

import resource
import subprocess
import sys
from pathlib import Path

from cop.bench.case import draw_cases
from cop.bench.ours import Ours
from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

_STATUS = Path("/proc/self/status")


def measure_memory_mb(settings: StoreSettings, *, seed: int, repetitions: int) -> int:
    """Start that process over a warehouse and return its peak in MB (10^6 bytes)."""
    command = [sys.executable, "-m", __name__, settings.model_dump_json(), str(seed)]
    done = subprocess.run(  # noqa: S603 our own module, no shell
        [*command, str(repetitions)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreError(
            f"the process that measures memory ended with {done.returncode}: "
            f"{done.stderr.strip()[-500:]}"
        )
    return int(done.stdout)


def run_ours(settings: StoreSettings, *, seed: int, repetitions: int) -> None:
    """Answer every case once."""
    warehouse = Warehouse(settings)
    warehouse.serve()
    ours = Ours(warehouse)
    for cases in draw_cases(warehouse, seed=seed, repetitions=repetitions):
        for case in cases:
            ours.answer(case)
    warehouse.close()


def peak_mb() -> int:
    """Return the peak resident memory of this process in MB."""
    # ru_maxrss of a started process keeps the peak of the one that started it; VmHWM does not.
    if _STATUS.is_file():
        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 // 1_000_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1_000_000 if sys.platform == "darwin" else peak * 1024 // 1_000_000


def read_rss_mb(pid: int) -> float:
    """Return the resident memory of another process now, in MB; Linux only."""
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(lines["VmRSS"].split()[0]) * 1024 / 1_000_000


if __name__ == "__main__":
    run_ours(
        StoreSettings.model_validate_json(sys.argv[1]),
        seed=int(sys.argv[2]),
        repetitions=int(sys.argv[3]),
    )
    sys.stdout.write(str(peak_mb()))
