"""What the room lost: a file beside it that stays until a restore or a person takes it back.

The file is there from the first opening on, so that a room whose file is missing is told as well.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cop.model.moment import format_dtg, utc_now
from cop.store.catalogue.version import QUARANTINE_FOLDER
from cop.store.catalogue.writer import place_file

DAMAGE_FILE: Final = "room.json"
_BRING_BACK: Final = "restore a backup to bring them back"
_TITLES: Final = {
    "account": "accounts",
    "alert": "steps of alerts",
    "alert_watch": "versions watched for alerts",
    "annotation": "annotations",
    "area_brief": "briefs of areas",
    "audit": "steps of the audit record",
    "board": "revisions of the board",
    "brief_schedule": "daily briefs",
    "default_records": "choices of records",
    "exchange_package": "packages exchanged",
    "exchange_state": "states of exchanges",
    "field_report": "reports from the field",
    "impact": "decisions on impact levels",
    "layer_near": "origins of uploads",
    "mapping": "saved mappings",
    "partner": "partners",
    "picture": "Pictures",
    "picture_revision": "revisions of Pictures",
    "rfi": "requests for information",
    "rfi_step": "steps of requests for information",
    "tak_message": "messages to TAK servers",
    "wall_show": "scenes sent to walls",
}


class RoomDamage(BaseModel):
    """Rows that were lost: how many by table, and where what was there was set aside.

    ``seals`` are the digests of the lost rows by table, in hexadecimal: once as many of them are
    back as were lost, nothing is. Where ``unknown``, the tables could not all be read.
    """

    model_config = ConfigDict(frozen=True)

    found_at: datetime
    fault: str
    aside: str
    lost: Mapping[str, int] = Field(default_factory=dict)
    seals: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    unknown: bool = False

    @property
    def brief(self) -> str:
        """How many records are missing since when."""
        n = sum(self.lost.values())
        many = "records" if self.unknown else f"{n} record{'' if n == 1 else 's'}"
        return f"room: {many} missing since {format_dtg(self.found_at)}"

    @property
    def caveat(self) -> str:
        """What is missing since when, why, where it is, and what to do, in one line."""
        counts = [f"{name_table(table)} {n}" for table, n in sorted(self.lost.items())]
        listed = f" ({', '.join(counts)})" if counts else ""
        aside = f", set aside in {self.aside}" if self.aside else ""
        return f"{self.brief}{listed}: {self.fault}{aside}; {_BRING_BACK}"

    @property
    def is_loss(self) -> bool:
        """Whether anything is missing."""
        return self.unknown or any(self.lost.values())


def name_table(table: str) -> str:
    """Return what the rows of a table are, in the plural."""
    return _TITLES.get(table, f"rows of {table}")


def read_damages(folder: Path) -> tuple[RoomDamage, ...]:
    """Return what the room of a warehouse lost; a file that cannot be read is a loss of its own."""
    path = folder / DAMAGE_FILE
    if not path.is_file():
        return ()
    try:
        stored = json.loads(path.read_bytes())
        damages = stored["damages"]
        if stored["digest"] != _digest(damages):
            raise ValueError("changed")
        return tuple(RoomDamage.model_validate(each) for each in damages)
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        fault = f"its list of losses, {DAMAGE_FILE}, cannot be read"
        return (RoomDamage(found_at=utc_now(), fault=fault, aside="", unknown=True),)


def write_damages(folder: Path, damages: Iterable[RoomDamage]) -> None:
    """Store what the room lost in place of what was stored; raise StoreError if that fails."""
    listed = [damage.model_dump(mode="json") for damage in damages]
    content = json.dumps({"digest": _digest(listed), "damages": listed}, indent=1)

    def write(draft: Path) -> None:
        draft.write_text(content)

    place_file(folder / DAMAGE_FILE, write)


def add_damage(folder: Path, damage: RoomDamage) -> None:
    """Store a further loss; of one file set aside there is one."""
    stored = read_damages(folder)
    if any(damage.aside and each.aside == damage.aside for each in stored):
        return
    write_damages(folder, (*stored, damage))


def dismiss_damages(folder: Path) -> tuple[RoomDamage, ...]:
    """Forget what the room lost: somebody has read it. Return what was forgotten."""
    stored = read_damages(folder)
    if stored:
        write_damages(folder, ())
    return stored


def has_known_room(folder: Path) -> bool:
    """Return whether a warehouse had a room's file once."""
    return (folder / DAMAGE_FILE).is_file()


def note_known_room(folder: Path) -> None:
    """Note that a warehouse has a room's file."""
    if not has_known_room(folder):
        write_damages(folder, ())


def leave_restored(
    damages: Iterable[RoomDamage], present: Mapping[str, frozenset[str]]
) -> tuple[RoomDamage, ...]:
    """Return what is still missing once rows are back; ``present`` are the digests by table.

    A loss of which not every row is known by its digest ends with any restore.
    """
    left = []
    for damage in damages:
        lost = {
            name: max(0, n - len({*damage.seals.get(name, ())} & present.get(name, frozenset())))
            for name, n in damage.lost.items()
            if name in damage.seals
        }
        lost = {name: n for name, n in lost.items() if n}
        if not damage.unknown and lost:
            left.append(damage.model_copy(update={"lost": lost}))
    return tuple(left)


def quarantine_of(folder: Path, name: str) -> Path:
    """Return where something of the room is set aside."""
    return folder / QUARANTINE_FOLDER / name


def _digest(damages: object) -> str:
    canonical = json.dumps(damages, sort_keys=True, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=16).hexdigest()
