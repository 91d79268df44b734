"""Bringing files of attacks as an analyst would, and judging what became of each."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from cop.errors import InputFileError
from cop.ingest.upload.read import Upload, convert_files, inspect_files
from cop.model.upload import FEATURES, Bounds, DraftReport, Inspection
from cop.settings import UploadSettings
from tests.attack.attempt import Attempt
from tests.attack.tally import REFUSED, TAKEN, WARNED

_SLACK = 1e-3
NEAR: Final[Bounds] = (-117.2, 25.8, -97.1, 32.8)


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What was made of a file: seen, and a draft unless it was refused or asks for something."""

    attempt: Attempt
    seen: Inspection | InputFileError
    draft: DraftReport | InputFileError | None
    place: Path

    @property
    def refusal(self) -> str | None:
        """Why the file was refused."""
        refusals = [str(one) for one in (self.seen, self.draft) if isinstance(one, InputFileError)]
        return refusals[0] if refusals else None

    @property
    def codes(self) -> set[str]:
        """What asks or warns of those that looked at the file or kept it."""
        return {
            finding.code
            for one in (self.seen, self.draft)
            if isinstance(one, Inspection | DraftReport)
            for finding in one.findings
            if finding.severity != "note"
        }

    @property
    def told(self) -> str:
        """All that was made of the file, as one text."""
        seen = self.seen.model_dump_json() if isinstance(self.seen, Inspection) else str(self.seen)
        files = [file for file in self.place.rglob("*") if file.is_file()]
        texts = [file.read_bytes().decode("latin-1") for file in files]
        return "\n".join([seen, str(self.draft), *texts])


class Laps:
    """Times files that a process reads one after another; ``most`` is the longest, in seconds.

    A file that is refused reports nothing: it counts to the next one's time.
    """

    def __init__(self) -> None:
        """Time nothing yet."""
        self.most = 0.0

    def over(self, n: int) -> Callable[[float], None]:
        """Return what is told the share that is done of ``n`` files."""
        began, done = time.monotonic(), 0

        def tell(share: float) -> None:
            nonlocal began, done
            if (now_done := int(share * n + _SLACK)) > done:
                now = time.monotonic()
                self.most = max(self.most, now - began)
                began, done = now, now_done

        return tell


def bring(
    attempts: Sequence[Attempt], drafts: Path, settings: UploadSettings, laps: Laps | None = None
) -> list[Brought]:
    """Look at files by one process, and make drafts of those that ask nothing by another."""
    laps = laps or Laps()
    uploads = [Upload(path=one.path, name=one.name, choices=one.choices) for one in attempts]
    drafts.mkdir(parents=True)
    places = [drafts / str(number) for number in range(len(uploads))]
    seen = inspect_files(uploads, settings, near=NEAR, progress=laps.over(len(uploads)))
    ready = [n for n, one in enumerate(seen) if isinstance(one, Inspection) and not one.asks]
    made = {}
    if ready:
        drafts_of = convert_files(
            [uploads[n] for n in ready], [places[n] for n in ready], settings,
            near=NEAR, progress=laps.over(len(ready)),
        )  # fmt: skip
        made = dict(zip(ready, drafts_of, strict=True))
    return [
        Brought(attempt=one, seen=seen[n], draft=made.get(n), place=places[n])
        for n, one in enumerate(attempts)
    ]


def judge(brought: Brought) -> tuple[str, str | None]:
    """Return whether a file was refused, warned of or taken, and what is wrong with that."""
    fault = next((fault for check in _CHECKS if (fault := check(brought)) is not None), None)
    if brought.refusal is not None:
        return REFUSED, fault
    return WARNED if brought.codes else TAKEN, fault


def is_same(written: str, read: object) -> bool:
    """Return whether a value that was read is the number that was written, or its text."""
    if isinstance(read, str):
        return read == written or (written[:2] != "00" and Decimal(read) == Decimal(written))
    if isinstance(read, int):
        return Decimal(written) == read and (written == "0" or written[0] != "0")
    if not isinstance(read, float):
        return False
    digits = len(Decimal(written).as_tuple().digits)
    ways = [Context(prec=digits, rounding=one) for one in (ROUND_HALF_EVEN, ROUND_DOWN)]
    texts = [way.create_decimal(Decimal(read)) for way in ways]
    return Decimal(written) in texts[: 2 if digits > 17 else 1]


def _check_secret(brought: Brought) -> str | None:
    secret = brought.attempt.secret
    if secret is None or secret.decode() not in brought.told:
        return None
    return "holds what stands in another file"


def _check_words(brought: Brought) -> str | None:
    """A refusal names the file and says why, in words of ours where they are known."""
    refusal, words = brought.refusal, brought.attempt.refused
    if refusal is None:
        return None if words is None else f"is taken, and should be refused: {words}"
    if not refusal.startswith(f"{brought.attempt.name}: ") or "Traceback" in refusal:
        return f"is refused without words: {refusal[:200]}"
    if words is not None and not re.search(words, refusal):
        return f"is refused by other words than {words!r}: {refusal[:200]}"
    return None


def _check_rows(brought: Brought) -> str | None:
    """Rows that are missing are told by a finding; none is there twice."""
    attempt, draft = brought.attempt, brought.draft
    if isinstance(brought.seen, InputFileError):
        return None
    if attempt.rows is not None and isinstance(draft, DraftReport):
        if draft.accepted > attempt.rows:
            return f"has {draft.accepted} rows of {attempt.rows}"
        if draft.accepted < attempt.rows and not brought.codes:
            return f"lost {attempt.rows - draft.accepted} of {attempt.rows} rows without a word"
    lacking = set(attempt.found) - brought.codes
    return f"is not warned of: {', '.join(sorted(lacking))}" if lacking else None


def _check_cells(brought: Brought) -> str | None:
    """Values are those of the file, digit by digit."""
    cells = brought.attempt.cells
    if not cells or not isinstance(brought.draft, DraftReport):
        return None
    table = pq.read_table(brought.place / FEATURES)
    names = {name.rpartition("_")[2]: name for name in table.column_names}
    for column in range(len(cells[0])):
        read = table[names[f"c{column}"]].to_pylist()
        written = [row[column] for row in cells]
        for one, other in zip(written, read, strict=True):
            if not is_same(one, other):
                return f"holds {other!r} where the file holds {one}"
    return None


def _check_persons(brought: Brought) -> str | None:
    """No column about persons is kept, and none is the event's time."""
    if not isinstance(brought.seen, Inspection):
        return None
    suggested = brought.seen.suggested
    times = {name for name, role in (suggested.roles or {}).items() if role == "time"}
    kept = {*brought.attempt.personal} & {*(suggested.columns or ()), *times}
    return f"keeps columns about persons: {', '.join(sorted(kept))}" if kept else None


_CHECKS = (_check_secret, _check_words, _check_rows, _check_cells, _check_persons)
