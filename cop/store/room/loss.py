"""What a damaged room's file lost: rows that changed or are gone, and those that hung on them."""

import json
import sqlite3
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cop.model.moment import utc_now
from cop.store.catalogue.writer import make_folder, place_file
from cop.store.room.damage import RoomDamage
from cop.store.room.examination import Row, TableContent
from cop.store.room.seal import RawText, build_digest

PASSING: Final = frozenset({"access_token", "attendance", "expiring", "session", "sign_in_attempt"})
"""Who is connected, may come in, or failed to: made anew when needed, so that none is missed."""
_PARTED: Final = {
    "picture_revision": "picture_id NOT IN (SELECT id FROM picture)",
    "picture": "id NOT IN (SELECT picture_id FROM picture_revision)",
}
"""Rows that say nothing without those that they belong to."""
_NEWEST: Final = "(SELECT max(number) FROM picture_revision WHERE picture_id = picture.id)"


class RoomLoss:
    """Collects what is lost, by table."""

    def __init__(self, damaged: Mapping[str, TableContent]) -> None:
        """Begin with the tables of which rows do not fit; ``is_unknown`` if some were not read."""
        self.damaged = damaged
        self.is_unknown = False
        self._parted: dict[str, dict[bytes, Row]] = defaultdict(dict)

    @property
    def rows(self) -> dict[str, list[Row]]:
        """The rows that are taken out, by table."""
        found = {name: [*content.unfit.values()] for name, content in self.damaged.items()}
        for name, parted in self._parted.items():
            found[name] = [*found.get(name, ()), *parted.values()]
        return {name: rows for name, rows in found.items() if rows}

    @property
    def name(self) -> str:
        """A name for what is lost: the same for the same rows."""
        return build_digest("rows", *sorted(b"".join(sorted(d)) for d in self._digests)).hex()[:16]

    def take_parted(self, opened: sqlite3.Connection) -> None:
        """Take out what belongs to rows that are lost; Pictures show the newest that is there."""
        for table, where in _PARTED.items():
            for row in opened.execute(f'SELECT * FROM "{table}" WHERE {where}').fetchall():
                self._parted[table][build_digest(table, *row)] = row
            opened.execute(f'DELETE FROM "{table}" WHERE {where}')
        opened.execute(f"UPDATE picture SET newest = {_NEWEST} WHERE newest <> {_NEWEST}")

    def write(self, path: Path) -> None:
        """Write the rows as JSON, with the digests of those that are gone."""
        content = {
            "rows": {name: [_encode_row(row) for row in rows] for name, rows in self.rows.items()},
            "digests_without_row": {
                name: sorted(digest.hex() for digest in each.lacking)
                for name, each in self.damaged.items()
            },
        }
        make_folder(path.parent)
        place_file(path, lambda draft: _write(draft, json.dumps(content, indent=1)))

    def describe(self, fault: str, aside: Path, folder: Path) -> RoomDamage:
        """Return what is lost as it is stored and told; ``aside`` is where it was set aside."""
        counts = {name: each.lost for name, each in self.damaged.items()}
        for name, parted in self._parted.items():
            counts[name] = counts.get(name, 0) + len(parted)
        lost = {name: n for name, n in counts.items() if name not in PASSING}
        return RoomDamage(
            found_at=utc_now(),
            fault=" ".join(fault.split())[:300],
            aside=aside.relative_to(folder).as_posix(),
            lost={name: n for name, n in lost.items() if n},
            seals={name: tuple(sorted(d.hex() for d in self._of(name))) for name in lost},
            unknown=self.is_unknown,
        )

    @property
    def _digests(self) -> list[set[bytes]]:
        return [self._of(name) for name in sorted({*self.damaged, *self._parted})]

    def _of(self, name: str) -> set[bytes]:
        content = self.damaged.get(name)
        own = set() if content is None else {*content.unfit, *content.lacking}
        return own | {*self._parted.get(name, ())}


def _write(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8")


def _encode_row(row: Row) -> list[Any]:
    return [_encode(cell) for cell in row]


def _encode(cell: Any) -> Any:
    if isinstance(cell, RawText):
        return cell.decode(errors="replace")
    return {"base64": b64encode(cell).decode()} if isinstance(cell, bytes) else cell
