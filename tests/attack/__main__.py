"""`make attack`: attacks of every class, drawn anew each time, on files, stores and a server."""

import argparse
import resource
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

from cop.bench.memory import read_rss_mb
from cop.settings import StoreSettings, UploadSettings
from cop.store.backup.backup import back_up
from tests.attack.attempt import Draw
from tests.attack.backup import list_attacks, mutate, try_restore
from tests.attack.board import attack_board
from tests.attack.broken import draw_broken
from tests.attack.cost import draw_costly
from tests.attack.doubt import draw_doubtful, draw_personal
from tests.attack.flip import KINDS, NOTICED, UNREAD, build_target, flip_each
from tests.attack.flip_room import flip_room
from tests.attack.reach import draw_reaching
from tests.attack.record import draw_lacking, draw_whole
from tests.attack.tally import REFUSED, TAKEN, WARNED, Tally, write_report
from tests.attack.value import draw_values
from tests.attack.verdict import Laps, bring, judge
from tests.support.command import find_pid, run_cop, serving
from tests.support.filled import fill_room

DRAWS: dict[str, Draw] = {
    "files that name other files": draw_reaching,
    "values at the edge of types": draw_values,
    "files that lack records": draw_lacking,
    "sound files that look odd": draw_whole,
    "shapes that cost hours": draw_costly,
    "wrong places and times": draw_doubtful,
    "columns about persons": draw_personal,
    "broken files": draw_broken,
}
_UPLOADS = UploadSettings(upload_repair_seconds=2)


def main() -> int:
    """Attack, print the report, and end with 1 where anything was wrong."""
    asked = _read_arguments()
    seed = secrets.randbelow(1 << 32) if asked.seed is None else asked.seed
    _tell(f"attack with seed {seed}")
    random = Random(seed)  # noqa: S311 drawn attacks
    tallies: list[Tally] = []
    with tempfile.TemporaryDirectory(prefix="cop-attack-") as scratch:
        folder = Path(scratch)
        parts = (
            (_attack_by_files, "files", asked.files),
            (_attack_by_flips, "flips", asked.flips),
            (_attack_by_backups, "backups", asked.backups),
            (_attack_server, "server", asked.rounds),
        )
        for attack, name, size in parts:
            part = attack(random, folder / name, size) if size else ()
            for tally in part:
                _tell(f"  {tally.kind}: {tally.tried} tried, {len(tally.wrong)} wrong")
                tallies.append(tally)
    _tell(write_report(tallies))
    return int(any(tally.wrong for tally in tallies))


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--seed", type=int, help="that of an earlier attack; a new one unless told")
    parser.add_argument("--files", type=int, default=600, help="files to bring at least")
    parser.add_argument("--flips", type=int, default=60, help="bits to flip in each kind of file")
    parser.add_argument("--backups", type=int, default=200, help="backups to change")
    parser.add_argument("--rounds", type=int, default=200, help="hundreds of requests and messages")
    return parser.parse_args()


def _attack_by_files(random: Random, folder: Path, least: int) -> Iterator[Tally]:
    """Bring files, all that is drawn until there are enough."""
    tallies = {kind: Tally(kind) for kind in DRAWS}
    for number in count():
        if sum(tally.tried for tally in tallies.values()) >= least:
            break
        for kind, draw in DRAWS.items():
            if draw is not draw_costly or number == 0:
                _bring_all(random, folder / f"{number}-{kind}", draw, tallies[kind])
    yield from tallies.values()
    yield _sum_up_readers()


def _bring_all(random: Random, folder: Path, draw: Draw, tally: Tally) -> None:
    laps = Laps()
    attempts = list(draw(random, folder / "in"))
    for brought in bring(attempts, folder / "drafts", _UPLOADS, laps):
        outcome, fault = judge(brought)
        told = None if fault is None else f"{brought.attempt.way} {fault}"
        peak = getattr(brought.draft, "peak_mb", 0)
        tally.add(outcome, fault=told, seconds=laps.most, mb=peak)
    shutil.rmtree(folder)


def _attack_by_flips(random: Random, folder: Path, n: int) -> Iterator[Tally]:
    """Flip bits of every kind of file; each must be noticed, or be read by nothing."""
    settings = build_target(folder)
    whole = StoreSettings(data=folder / "room")
    whole.data.mkdir()
    fill_room(whole)
    for kind in (*KINDS, "room"):
        tally, seed = Tally(f"bits of the {kind}"), random.randrange(1 << 32)
        before = time.monotonic()
        for one in (
            flip_room(whole.data, folder / "copies", n, seed=seed)
            if kind == "room"
            else flip_each(settings, kind, n, seed=seed)
        ):
            now = time.monotonic()
            is_well = one.outcome in (NOTICED, UNREAD)
            fault = None if is_well else f"{one.outcome}: bit {one.bit} of {one.path}"
            outcome = WARNED if one.outcome == NOTICED else TAKEN
            tally.add(outcome, fault=fault, seconds=now - before)
            before = now
        yield tally


def _attack_by_backups(random: Random, folder: Path, n: int) -> Iterator[Tally]:
    """Restore backups that were forged, which must be refused, and such as were changed."""
    settings = build_target(folder)
    fill_room(settings)
    good = folder / "good.tar"
    back_up(settings, good)
    forged, changed = Tally("forged backups"), Tally("changed backups")
    for tally, files in (
        (forged, list_attacks(good, folder)),
        (changed, (mutate(random, good, folder) for _ in range(n))),
    ):
        for name, file in files:
            before, fault, refusal = time.monotonic(), None, None
            try:
                refusal = try_restore(file, folder, settings)
            except AssertionError as wrong:
                fault = f"{name}: {wrong}"
            if tally is forged and refusal is None:
                fault = fault or f"{name}: is restored"
            outcome = TAKEN if refusal is None else REFUSED
            tally.add(outcome, fault=fault, seconds=time.monotonic() - before)
        yield tally


def _attack_server(random: Random, folder: Path, rounds: int) -> Iterator[Tally]:
    """Attack a server of its own on loopback: its log holds no traceback, and it does not grow."""
    made = run_cop("demo", "--data", folder / "warehouse", "--events", "5000")
    if made.returncode:
        raise SystemExit(made.stderr)
    log, server = folder / "log.txt", Tally("the server, MB it grew by")
    with serving(folder / "warehouse", log) as base:
        # The first round fills the caches.
        first = attack_board(base, rounds=1, seed=random.randrange(1 << 32))
        before = read_rss_mb(find_pid(base))
        rest = attack_board(base, rounds=rounds - 1, seed=random.randrange(1 << 32))
        grown = read_rss_mb(find_pid(base)) - before
    yield from (first.tally(kind).join(tally) for kind, tally in rest.tallies.items())
    told = log.read_text(errors="replace")
    lost = told.count("Traceback")
    server.add(TAKEN, fault=f"{lost} tracebacks: {told[-2_000:]}" if lost else None, mb=grown)
    yield server


def _sum_up_readers() -> Tally:
    """The most memory that any process that read a file took."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1_000_000
    return Tally("any process that read a file", mb=peak)


if __name__ == "__main__":
    sys.exit(main())
