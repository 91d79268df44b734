"""How the reading of a file ended, as the sandbox left it in the file's folder."""

import json
import signal
from pathlib import Path

from cop.ingest.sandbox.verify import read_small
from cop.ingest.sandbox.worker import END, RESULT
from cop.settings import UploadSettings

_MOST_WORDS = 4_000
_OF_MEMORY = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)


def read_result(out: Path) -> dict[str, object] | None:
    """Return the result of a file, empty where it is not as it should be; None without one."""
    text = read_small(out / RESULT)
    if text is None:
        return None
    try:
        result = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return result if isinstance(result, dict) else {}


def find_refusal(result: dict[str, object]) -> str | None:
    """Return why a file was refused; None if it was read."""
    return str(result["refused"])[:_MOST_WORDS] if "refused" in result else None


def read_end(out: Path) -> dict[str, int]:
    """Return the signal that ended the reading, 0 for none, and its peak memory, if known."""
    try:
        end = json.loads(read_small(out / END) or "{}")
        return {key: int(end[key]) for key in ("signal", "peak_mb") if key in end}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def explain_end(
    out: Path, name: str, settings: UploadSettings, failed: Exception | str | None
) -> str:
    """Return why a file gave no result, by the signal that ended its reading."""
    number = read_end(out).get("signal", 0)
    if number == signal.SIGXCPU:
        return (
            f"{name}: reading it takes more than {settings.upload_cpu_seconds} s of CPU time "
            "(COP_UPLOAD_CPU_SECONDS); split the file"
        )
    if number == signal.SIGXFSZ:
        return f"{name}: it becomes more than {settings.upload_output_mb} MB; split the file"
    if number in _OF_MEMORY:
        return (
            f"{name}: its reading ended with {signal.Signals(number).name}: it is damaged, or "
            f"needs more than {settings.upload_memory_mb} MB of memory; export it again or split it"
        )
    return f"{name}: {failed or 'its reading ended without a result'}"
