"""The board's journal: every revision of the live Picture, which each process on it follows."""

import time
from collections.abc import Mapping

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    update,
)
from sqlalchemy import select as choose

from cop.errors import BoardError
from cop.model.board import Board, Entry, Move, Person
from cop.store.room.relational import METADATA, RoomRecords
from cop.store.room.statement import put_rows

STORED_REVISIONS = 1_000
"""Revisions that a connection which was lost can catch up on."""
_SWEEP = 100
_ABSENT_AFTER_S = 15.0
ENTRIES = Table(
    "board",
    METADATA,
    Column("revision", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("change", JSON, nullable=False),
    Column("board", JSON, nullable=False),
)
_PRESENT = Table(
    "attendance",
    METADATA,
    Column("server", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("seen_at", Float, nullable=False),
)


class Journal(RoomRecords):
    """Reads and writes the board of one warehouse; each change is the next revision."""

    def board(self) -> Board:
        """Return the current board."""
        with self._store.reading() as connection:
            return _newest(connection)

    def entries(self, after: int) -> list[Entry] | None:
        """Return the entries after a revision, oldest first; None if some are no longer stored."""
        with self._store.reading() as connection:
            found = _read_after(connection, after)
            newest = found[-1].revision if found else _last(connection)
        if newest < after or (found and found[0].revision != after + 1):
            return None
        return found

    def stored_entries(self) -> list[Entry]:
        """Return the entries that are still stored, oldest first."""
        with self._store.reading() as connection:
            return _read_after(connection, -1)

    def take(self, person: Person) -> None:
        """Make a person the presenter in place of the earlier one."""
        with self._store.writing() as connection:
            board = _newest(connection)
            if board.presenter == person:
                return
            change = {"presenter": person.model_dump(), "since": time.time()}
            again = board.presenter is not None and board.presenter.id == person.id
            reset = {"since": board.since} if again else {"pointer": None, "frame": None}
            _append(connection, board, change | reset)

    def release(self, person: Person) -> None:
        """End the presentation; what the board showed stays with it. BoardError for another."""
        with self._store.writing() as connection:
            board = _newest(connection)
            _check(board, person)
            ended = {"presenter": None, "since": None, "pointer": None, "frame": None}
            _append(connection, board, ended)

    def move(self, person: Person, move: Move) -> None:
        """Change the board; raise BoardError if somebody else presents."""
        with self._store.writing() as connection:
            board = _newest(connection)
            _check(board, person)
            _append(connection, board, move.changes())

    def attend(self, server: str, people: list[Person]) -> None:
        """Set who is connected to a server now, in place of its earlier list."""
        now = time.time()
        rows = [{"server": server, "seen_at": now, **person.model_dump()} for person in people]
        with self._store.writing() as connection:
            if rows:
                put_rows(connection, _PRESENT, rows)
            old = (_PRESENT.c.server == server) & (_PRESENT.c.seen_at < now)
            connection.execute(
                delete(_PRESENT).where(old | (_PRESENT.c.seen_at < now - _ABSENT_AFTER_S))
            )

    def people(self) -> list[Person]:
        """Return who is connected to any server of this board, by name."""
        with self._store.reading() as connection:
            rows = connection.execute(
                choose(_PRESENT.c.id, _PRESENT.c.name, _PRESENT.c.role)
                .where(_PRESENT.c.seen_at >= time.time() - _ABSENT_AFTER_S)
                .order_by(_PRESENT.c.role.desc(), _PRESENT.c.name, _PRESENT.c.id)
            ).all()
        found = {row.id: Person(id=row.id, name=row.name, role=row.role) for row in rows}
        return list(found.values())


def _read_after(connection: Connection, after: int) -> list[Entry]:
    rows = connection.execute(
        choose(ENTRIES.c.revision, ENTRIES.c.at, ENTRIES.c.change)
        .where(ENTRIES.c.revision > after)
        .order_by(ENTRIES.c.revision)
    )
    return [Entry(revision=row.revision, at=row.at, change=row.change) for row in rows]


def note_annotations(connection: Connection) -> None:
    """Announce that annotations changed: it is no revision, as not everybody may know of it."""
    board = _newest(connection)
    noted = board.model_copy(update={"annotations": board.annotations + 1})
    stored = noted.model_dump(mode="json", by_alias=True)
    changed = update(ENTRIES).where(ENTRIES.c.revision == board.revision).values(board=stored)
    if not connection.execute(changed).rowcount:
        row = {"revision": board.revision, "at": time.time(), "change": {}, "board": stored}
        connection.execute(insert(ENTRIES).values(row))


def _check(board: Board, person: Person) -> None:
    if board.presenter is None:
        raise BoardError("nobody presents: take the board first")
    if board.presenter.id != person.id:
        raise BoardError(f"{board.presenter.name} presents: take over first")


def _newest(connection: Connection) -> Board:
    newest = choose(ENTRIES.c.board).order_by(ENTRIES.c.revision.desc()).limit(1)
    stored = connection.execute(newest).scalar()
    return Board.model_validate(stored) if stored else Board()


def _last(connection: Connection) -> int:
    return connection.execute(choose(func.max(ENTRIES.c.revision))).scalar() or 0


def _append(connection: Connection, board: Board, change: Mapping[str, object]) -> None:
    revision = board.revision + 1
    changed = {name: value for name, value in change.items() if name in Board.model_fields}
    whole = board.model_dump(mode="json", by_alias=True) | changed | {"revision": revision}
    stored = Board.model_validate(whole).model_dump(mode="json", by_alias=True)
    row = {"revision": revision, "at": time.time(), "change": change, "board": stored}
    connection.execute(insert(ENTRIES).values(row))
    if revision % _SWEEP == 0:
        connection.execute(delete(ENTRIES).where(ENTRIES.c.revision <= revision - STORED_REVISIONS))
