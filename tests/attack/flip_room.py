"""Single bits of the room's file flipped: nothing is wrong in it, and what is gone is told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from cop.settings import StoreSettings
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.room.examination import examine_room
from cop.store.room.loss import PASSING
from cop.store.room.relational import ROOM_FILE
from cop.store.room.room import Room
from tests.attack.flip import NOTICED, UNNOTICED, UNREAD, WRONG, FlipOutcome
from tests.support.damage import flip_bit, random_bits
from tests.support.filled import dump_room

_UNKEPT = PASSING
"""Tables of the moment, of which no row is missed."""


def flip_room(whole: Path, folder: Path, n: int, *, seed: int) -> Iterator[FlipOutcome]:
    """Flip n bits of the room of a warehouse, each in a copy of the folder, and open it."""
    for number, (path, bit) in enumerate(random_bits([whole / ROOM_FILE], n, seed=seed)):
        copy = StoreSettings(data=folder / str(number))
        copy.data.mkdir(parents=True)
        for file in whole.glob("room*"):
            shutil.copy2(file, copy.data / file.name)
        flip_bit(copy.data / ROOM_FILE, bit)
        outcome = _judge(copy, dump_room(path))
        yield FlipOutcome(kind="room", path=ROOM_FILE, bit=bit, outcome=outcome)
        shutil.rmtree(copy.data)


def _judge(settings: StoreSettings, before: dict[str, list[tuple[object, ...]]]) -> str:
    room = Room(settings)
    room.journal.board()
    caveats = room.caveats
    room.close()
    after = dump_room(settings.data / ROOM_FILE)
    # A Picture of which a revision is lost shows the one before it.
    new = {table for table, rows in after.items() if set(rows) - set(before[table])} - {"picture"}
    if new or not examine_room(settings.data / ROOM_FILE).is_well:
        return WRONG
    gone = {table for table, rows in before.items() if set(rows) - set(after[table])} - _UNKEPT
    is_set_aside = any((settings.data / QUARANTINE_FOLDER).rglob("*"))
    if gone and not (caveats and is_set_aside):
        return UNNOTICED
    return NOTICED if caveats or is_set_aside else UNREAD
