"""The file in which each run of the bench leaves its figures, so that a slow-down is seen."""

import json
import os
import platform
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cop.errors import SettingsError
from cop.model.moment import format_moment, utc_now

_SLOWER: Final = 1.25
"""A query that takes so many times as long as the last time is slower; less is noise."""


def describe_run(figures: Mapping[str, Any], *, commit: str | None) -> dict[str, Any]:
    """Return the line of a run: when, of which commit, on what, medians and ratios."""
    return {
        "date": format_moment(utc_now()),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": figures["load"],
        "events": figures["events"],
        "medians_ms": _list_medians(figures),
        "ratios": figures["ratios"],
    }


def append_run(file: Path, run: Mapping[str, Any]) -> dict[str, Any] | None:
    """Append a run as a line of JSON; return the last one before it that it compares with.

    That has as many events, on as many cores of a machine of the same kind.
    """
    last = None
    try:
        before = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        for number, line in enumerate(before, start=1):
            stored = _read_line(file, number, line)
            if all(stored.get(name) == run[name] for name in ("events", "machine")):
                last = stored
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(run) + "\n")
    except OSError as fault:
        raise SettingsError(f"--history {file}: {fault.strerror}; choose another file") from fault
    return last


def find_slower(run: Mapping[str, Any], last: Mapping[str, Any]) -> list[str]:
    """Name each query that is slower than in an earlier run, beside the peers of both.

    A machine that is busier slows peers too, so that the ratios tell; without peers the medians do.
    """
    changes = {what: _change(what, run, last) for what in {**run["ratios"], **run["medians_ms"]}}
    return [
        f"{what}: {change:.1f} times as slow as on {last['date']} (commit {last['commit']})"
        for what, change in changes.items()
        if change > _SLOWER
    ]


def _change(what: str, run: Mapping[str, Any], last: Mapping[str, Any]) -> float:
    now, then = (one["ratios"].get(what, {}) for one in (run, last))
    changes = [then[name] / now[name] for name in then if now.get(name)]
    if changes:
        return float(statistics.median(changes))
    now_ms, then_ms = (float(one["medians_ms"].get(what, 0)) for one in (run, last))
    return now_ms / then_ms if now_ms and then_ms else 1.0


def _list_medians(figures: Mapping[str, Any]) -> dict[str, float]:
    ours = {query: found["ours"]["median_ms"] for query, found in figures["queries"].items()}
    zooms = (figures["http"] or {"zooms": {}})["zooms"]
    return ours | {f"{zoom} over HTTP": found["ours"]["median_ms"] for zoom, found in zooms.items()}


def _read_line(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        stored = json.loads(line)
    except ValueError as fault:
        raise SettingsError(f"--history {file}: line {number} is not JSON: {fault}") from fault
    if not isinstance(stored, dict):
        raise SettingsError(f"--history {file}: line {number} is not the line of a run")
    return stored


def read_commit() -> str | None:
    """Return the commit of the checkout that runs, ``-dirty`` if it is changed; None elsewhere."""
    git, folder = shutil.which("git"), Path(__file__).parents[2]
    if git is None or not (folder / ".git").exists():
        return None
    done = subprocess.run(  # noqa: S603 our own command, no shell
        [git, "-C", str(folder), "describe", "--always", "--dirty", "--exclude", "*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or None
