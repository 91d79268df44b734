"""The board's web socket: receives the presenter's moves, sends every revision to all viewers."""

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cop.errors import AnnotationError, CopError, StoreError
from cop.layerkind.service.tile import build_addresses
from cop.model.annotation import AnnotationId, Drawing
from cop.model.board import BOARD_SOCKET, Board, Entry, Move, Name, Person, Role
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from cop.store.room.room import Room

_LOOK_S = 0.25
_ATTEND_S = 5.0
_HELLO_S = 10.0
_LONGEST = 65_536
_MOST_WAITING = 512
_TOO_SLOW, _MALFORMED = 1013, 1008


class _BoardMessage(BaseModel):
    """A message of a browser: first who it is, then what it does."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    name: Name | None = None
    role: Role = "viewer"
    after: int | None = None
    take: bool = False
    release: bool = False
    move: Move | None = None
    draw: dict[str, Any] | None = None
    erase: AnnotationId | None = None


class _BoardSession:
    """One connection: its person, and the messages still to be sent."""

    def __init__(self, socket: WebSocket, person: Person) -> None:
        self.socket, self.person = socket, person
        self.revision = -1
        self.waiting: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self.is_slow = False

    def offer(self, text: str) -> None:
        try:
            self.waiting.put_nowait(text)
        except asyncio.QueueFull:
            self.is_slow = True

    async def send(self) -> None:
        """Send the waiting messages in order until the connection ends or falls behind."""
        while not self.is_slow:
            await self.socket.send_text(await self.waiting.get())
        await self.socket.close(_TOO_SLOW, "connection too slow: reconnect")


class Hub:
    """The connections of this process; it follows the journal, which decides."""

    def __init__(
        self,
        room: Room,
        tiles: Callable[[Picture], dict[str, str]],
    ) -> None:
        """Follow a room's journal; ``tiles`` returns the tile addresses of a Picture by layer."""
        self._room, self._tiles = room, tiles
        self._server = secrets.token_hex(8)
        self._sessions: set[_BoardSession] = set()
        self._revision = 0
        self._people = ""
        self._attended = (0.0, frozenset[Person]())
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="board")
        self._task: asyncio.Task[None] | None = None

    @property
    def _journal(self) -> Journal:
        return self._room.journal

    @property
    def _annotations(self) -> Annotations:
        return self._room.annotations

    @property
    def route(self) -> WebSocketRoute:
        """The route of the socket."""
        return WebSocketRoute(BOARD_SOCKET, self.answer)

    def board(self) -> Board:
        """Return the current board."""
        return self._journal.board()

    async def start(self) -> None:
        """Start following the journal."""
        # Where the room cannot be read now, whoever connects is told when it can.
        with suppress(CopError):
            self._revision = (await self._do(self._journal.board)).revision
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following, and remove the people connected here."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(CopError):
            await self._do(lambda: self._journal.attend(self._server, []))
        self._thread.shutdown()

    async def answer(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        await socket.accept()
        session = None
        try:
            message = await asyncio.wait_for(_read(socket), _HELLO_S)
            if message.key is None or message.name is None:
                raise ValueError("send key and name first")
            session = _BoardSession(
                socket, Person(id=public_id(message.key), name=message.name, role=message.role)
            )
            await self._welcome(session, message.after)
            await self._serve(session)
        except (ValueError, TimeoutError, StoreError) as fault:
            reason = str(fault) or "no message received"
            with suppress(RuntimeError):
                await socket.close(_MALFORMED, reason.encode()[:100].decode(errors="ignore"))
        except WebSocketDisconnect:
            pass
        finally:
            if session is not None:
                self._sessions.discard(session)

    async def _serve(self, session: _BoardSession) -> None:
        sending = asyncio.create_task(session.send())
        receiving = asyncio.create_task(self._receive(session))
        done, pending = await asyncio.wait(
            {sending, receiving}, return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            fault = task.exception()
            if fault is not None and not isinstance(fault, RuntimeError):
                raise fault

    async def _receive(self, session: _BoardSession) -> None:
        while True:
            message = await _read(session.socket)
            if message.name is not None:
                session.person = session.person.model_copy(update={"name": message.name})
            try:
                await self._change(session.person, message)
                await self._annotate(session, message)
            except CopError as fault:
                session.offer(json.dumps({"refused": str(fault)}))

    async def _change(self, person: Person, message: _BoardMessage) -> None:
        move = message.move
        if move is not None and move.wanted is not None:
            # In canonical order and form, so that pages can tell whether they show it already.
            pairs = read_board_picture(move.wanted).filter_pairs()
            move = move.model_copy(update={"wanted": pairs})

        def write() -> None:
            if message.take:
                self._journal.take(person)
            if move is not None:
                self._journal.move(person, move)
            if message.release:
                self._journal.release(person)

        if message.take or message.release or move is not None:
            await self._catch_up(write)

    async def _annotate(self, session: _BoardSession, message: _BoardMessage) -> None:
        """Draw or erase for any connected user; confirm a drawing to its author."""
        by = session.person.name
        if message.draw is not None:
            drawing = read_drawing(message.draw)
            await self._catch_up(lambda: self._annotations.draw(drawing, author=by))
            session.offer(json.dumps({"drawn": True}))
        if message.erase is not None:
            erased = message.erase
            await self._catch_up(lambda: self._annotations.erase(erased, by=by))

    async def _welcome(self, session: _BoardSession, after: int | None) -> None:
        """Bring a new connection up to date, with the missed revisions or the whole board."""
        async with self._lock:
            missed = None
            if after is not None:
                missed = await self._do(lambda: self._journal.entries(after))
            session.offer(json.dumps({"you": session.person.id}))
            if missed is None:
                board = await self._do(self._journal.board)
                session.revision = board.revision
                session.offer(await self._do(lambda: self._encode_board(board)))
            else:
                for entry in missed:
                    session.revision = entry.revision
                    session.offer(await self._do(partial(self._encode, entry)))
            if self._people:
                session.offer(self._people)
            self._sessions.add(session)

    async def _follow(self) -> None:
        while True:
            with suppress(CopError):
                await self._catch_up()
                await self._attend()
            await asyncio.sleep(_LOOK_S)

    async def _catch_up(self, write: Callable[[], object] | None = None) -> None:
        """Write, then send every revision of the journal that was not sent yet."""

        def work() -> list[tuple[int, str]]:
            if write is not None:
                write()
            entries = self._journal.entries(self._revision)
            if entries is not None:
                return [(entry.revision, self._encode(entry)) for entry in entries]
            board = self._journal.board()
            return [(board.revision, self._encode_board(board))]

        async with self._lock:
            for revision, text in await self._do(work):
                restarted = revision <= self._revision
                self._revision = revision
                for session in self._sessions:
                    if restarted or revision > session.revision:
                        session.revision = revision
                        session.offer(text)

    async def _attend(self) -> None:
        """Report connected users to the other servers, and all of them to everybody here."""
        here = frozenset(session.person for session in self._sessions)
        reported_at, reported = self._attended
        now = time.monotonic()
        if here != reported or now - reported_at > _ATTEND_S:
            await self._do(lambda: self._journal.attend(self._server, sorted(here, key=_by_id)))
            self._attended = (now, here)
        people = await self._do(self._journal.people)
        text = json.dumps({"people": [person.model_dump() for person in people]})
        if text != self._people:
            self._people = text
            for session in self._sessions:
                session.offer(text)

    def _encode(self, entry: Entry) -> str:
        message = entry.model_dump(mode="json")
        return json.dumps(message | self._addresses(entry.change.get("wanted")))

    def _encode_board(self, board: Board) -> str:
        message = {"board": board.model_dump(mode="json", by_alias=True)}
        return json.dumps(message | self._addresses(board.wanted))

    def _addresses(self, pairs: Any) -> dict[str, dict[str, str]]:
        if pairs is None:
            return {}
        try:
            return {"tiles": self._tiles(read_board_picture(pairs))}
        except CopError:
            return {}

    async def _do(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def build_hub(service: QueryService) -> Hub:
    """Return the hub of the room that belongs to a service's warehouse."""

    def addresses(picture: Picture) -> dict[str, str]:
        view = service.view(picture.filter, known_at=picture.known_at, since=picture.since)
        return build_addresses(service, view)

    return Hub(service.warehouse.room, addresses)


def read_board_picture(pairs: list[tuple[str, str]]) -> Picture:
    """Read the part of a Picture that the board stores as pairs: the filter and its window."""
    return Picture.from_pairs((name, value) for name, value in pairs)


def read_drawing(stated: dict[str, Any]) -> Drawing:
    """Read a drawing; AnnotationError gives the reason if it is not valid."""
    try:
        return Drawing.model_validate(stated)
    except ValidationError as fault:
        raise AnnotationError(f"not drawn: {_first(fault)}") from fault


def public_id(key: str) -> str:
    """Return the public id of the person with a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


async def _read(socket: WebSocket) -> _BoardMessage:
    text = await socket.receive_text()
    if len(text) > _LONGEST:
        raise ValueError(f"message too long: at most {_LONGEST} characters")
    try:
        return _BoardMessage.model_validate_json(text)
    except ValidationError as fault:
        raise ValueError(_first(fault)) from fault


def _first(fault: ValidationError) -> str:
    first = fault.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")


def _by_id(person: Person) -> str:
    return person.id
