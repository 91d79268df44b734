"""A writer of the bench: one `cop ingest` after the other, each again until it is answered."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cop.bench.cluster.network import Machine
from cop.bench.load.stream import make_records

BATCH: Final = 50
_NUMBERS: Final = 10_000_000
"""Each writer numbers its events in a range of its own."""
_MOST_TRIES: Final = 100


class Writer:
    """Loads batches of SYNTHETIC events from a machine, in a thread, until it is ended.

    ``sent`` names the events whose loading was answered with success, ``refused`` counts the
    tries that were answered with an error, ``broken`` those that were killed.
    """

    def __init__(
        self,
        number: int,
        machine: Machine,
        profile: Path,
        environment: Mapping[str, str],
        folder: Path,
        *,
        rest_s: float = 0,
    ) -> None:
        """Prepare the writer; ``folder`` gets its files, ``profile`` reads them."""
        self.machine = machine
        self._rest_s = rest_s
        self.sent: list[str] = []
        self.batches, self.refused, self.broken = 0, 0, 0
        self.faults: list[str] = []
        self._first = number * _NUMBERS
        self._file = folder / f"{machine.name}.json"
        command = ("ingest", "events", str(self._file), "--profile", str(profile))
        self._command = machine.inside(sys.executable, "-m", "cop", *command)
        self._environment = dict(environment)
        self._ended = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, name=machine.name, daemon=True)

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def kill(self) -> None:
        """Kill the command that it runs, wherever that is; the writer then runs it again."""
        while self._thread.is_alive():
            process = self._process
            if process is not None and process.poll() is None:
                process.kill()
                return

    def end(self) -> None:
        """Load the batch that was begun, and no other."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set() and not self.faults:
            first = self._first + self.batches * BATCH
            happened = datetime.now(UTC) - timedelta(minutes=1)
            records = make_records(first, BATCH, happened, seed=1)
            self._file.write_text(json.dumps(records), encoding="ascii")
            if self._load():
                self.sent += (record["source_id"] for record in records)
                self.batches += 1
                self._ended.wait(self._rest_s)

    def _load(self) -> bool:
        refusal = ""
        for _ in range(_MOST_TRIES):
            self._process = subprocess.Popen(  # noqa: S603 our own command, no shell
                self._command,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            _, message = self._process.communicate()
            if self._process.returncode == 0:
                return True
            if self._process.returncode < 0:
                self.broken += 1
            else:
                self.refused += 1
                refusal = message.strip()[-300:]
        self.faults.append(f"{self.machine.name}: {refusal}")
        return False
