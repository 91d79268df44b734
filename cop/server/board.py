"""The board's socket: the presenter's moves come in, every revision goes out to all at once."""

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

from cop.errors import AnnotationError, CopError
from cop.layerkind.service.tile import build_addresses
from cop.model.annotation import AnnotationId, Drawing
from cop.model.board import BOARD_SOCKET, Board, Entry, Move, Name, Person, Role
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal

_LOOK_S = 0.25
_ATTEND_S = 5.0
_HELLO_S = 10.0
_LONGEST = 65_536
_MOST_WAITING = 512
_TOO_SLOW, _MALFORMED = 1013, 1008


class _BoardMessage(BaseModel):
    """What a browser says: who it is at first, then what it does."""

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


class _Seat:
    """One connection: who sits there, and what is still to be sent."""

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
        """Send what is offered, in order, until the connection ends or does not keep up."""
        while not self.is_slow:
            await self.socket.send_text(await self.waiting.get())
        await self.socket.close(_TOO_SLOW, "too slow: connect again")


class Hub:
    """The connections of this process; the journal is the one truth, and this follows it."""

    def __init__(
        self,
        journal: Journal,
        annotations: Annotations,
        tiles: Callable[[Picture], dict[str, str]],
    ) -> None:
        """Follow ``journal``; ``tiles`` gives the tile addresses of a Picture by layer."""
        self._journal, self._annotations, self._tiles = journal, annotations, tiles
        self._server = secrets.token_hex(8)
        self._seats: set[_Seat] = set()
        self._revision = 0
        self._people = ""
        self._attended = (0.0, frozenset[Person]())
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="board")
        self._task: asyncio.Task[None] | None = None

    @property
    def route(self) -> WebSocketRoute:
        """The route of the socket."""
        return WebSocketRoute(BOARD_SOCKET, self.answer)

    def board(self) -> Board:
        """Return the board as it stands."""
        return self._journal.board()

    async def start(self) -> None:
        """Begin to follow the journal."""
        self._revision = (await self._do(self._journal.board)).revision
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following; who was connected is here no more."""
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
        seat = None
        try:
            said = await asyncio.wait_for(_read(socket), _HELLO_S)
            if said.key is None or said.name is None:
                raise ValueError("say key and name first")
            seat = _Seat(socket, Person(id=public_id(said.key), name=said.name, role=said.role))
            await self._seat(seat, said.after)
            await self._serve(seat)
        except (ValueError, TimeoutError) as fault:
            reason = str(fault) or "nothing was said"
            with suppress(RuntimeError):
                await socket.close(_MALFORMED, reason.encode()[:100].decode(errors="ignore"))
        except WebSocketDisconnect:
            pass
        finally:
            if seat is not None:
                self._seats.discard(seat)

    async def _serve(self, seat: _Seat) -> None:
        sending = asyncio.create_task(seat.send())
        hearing = asyncio.create_task(self._hear(seat))
        done, pending = await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            fault = task.exception()
            if fault is not None and not isinstance(fault, RuntimeError):
                raise fault

    async def _hear(self, seat: _Seat) -> None:
        while True:
            said = await _read(seat.socket)
            if said.name is not None:
                seat.person = seat.person.model_copy(update={"name": said.name})
            try:
                await self._change(seat.person, said)
                await self._annotate(seat, said)
            except CopError as fault:
                seat.offer(json.dumps({"refused": str(fault)}))

    async def _change(self, person: Person, said: _BoardMessage) -> None:
        move = said.move
        if move is not None and move.wanted is not None:
            # In canonical order and form, so that pages can tell whether they show it already.
            wanted = read_wanted(move.wanted).filter_pairs()
            move = move.model_copy(update={"wanted": wanted})

        def write() -> None:
            if said.take:
                self._journal.take(person)
            if move is not None:
                self._journal.move(person, move)
            if said.release:
                self._journal.release(person)

        if said.take or said.release or move is not None:
            await self._catch_up(write)

    async def _annotate(self, seat: _Seat, said: _BoardMessage) -> None:
        """Draw or erase for anybody at the table; whoever has drawn is told that it is done."""
        by = seat.person.name
        if said.draw is not None:
            drawing = read_drawing(said.draw)
            await self._catch_up(lambda: self._annotations.draw(drawing, author=by))
            seat.offer(json.dumps({"drawn": True}))
        if said.erase is not None:
            erased = said.erase
            await self._catch_up(lambda: self._annotations.erase(erased, by=by))

    async def _seat(self, seat: _Seat, after: int | None) -> None:
        """Bring a new connection to the present: by what it missed, or by the whole board."""
        async with self._lock:
            missed = None
            if after is not None:
                missed = await self._do(lambda: self._journal.entries(after))
            seat.offer(json.dumps({"you": seat.person.id}))
            if missed is None:
                board = await self._do(self._journal.board)
                seat.revision = board.revision
                seat.offer(await self._do(lambda: self._encode_board(board)))
            else:
                for entry in missed:
                    seat.revision = entry.revision
                    seat.offer(await self._do(partial(self._encode, entry)))
            if self._people:
                seat.offer(self._people)
            self._seats.add(seat)

    async def _follow(self) -> None:
        while True:
            with suppress(CopError):
                await self._catch_up()
                await self._attend()
            await asyncio.sleep(_LOOK_S)

    async def _catch_up(self, write: Callable[[], object] | None = None) -> None:
        """Write, then pass on every revision of the journal that was not passed on yet."""

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
                for seat in self._seats:
                    if restarted or revision > seat.revision:
                        seat.revision = revision
                        seat.offer(text)

    async def _attend(self) -> None:
        """Report connected users to the other servers, and all of them to everybody here."""
        here = frozenset(seat.person for seat in self._seats)
        told_at, told = self._attended
        now = time.monotonic()
        if here != told or now - told_at > _ATTEND_S:
            await self._do(lambda: self._journal.attend(self._server, sorted(here, key=_by_id)))
            self._attended = (now, here)
        people = await self._do(self._journal.people)
        text = json.dumps({"people": [person.model_dump() for person in people]})
        if text != self._people:
            self._people = text
            for seat in self._seats:
                seat.offer(text)

    def _encode(self, entry: Entry) -> str:
        told = entry.model_dump(mode="json")
        return json.dumps(told | self._addresses(entry.change.get("wanted")))

    def _encode_board(self, board: Board) -> str:
        told = {"board": board.model_dump(mode="json", by_alias=True)}
        return json.dumps(told | self._addresses(board.wanted))

    def _addresses(self, wanted: Any) -> dict[str, dict[str, str]]:
        if wanted is None:
            return {}
        try:
            return {"tiles": self._tiles(read_wanted(wanted))}
        except CopError:
            return {}

    async def _do(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def build_hub(service: QueryService) -> Hub:
    """Return the hub of the room beside a service's warehouse."""

    def addresses(picture: Picture) -> dict[str, str]:
        view = service.view(picture.filter, known_at=picture.known_at, since=picture.since)
        return build_addresses(service, view)

    room = service.warehouse.room
    return Hub(room.journal, room.annotations, addresses)


def read_wanted(pairs: list[tuple[str, str]]) -> Picture:
    """Read the part of a Picture that the board keeps as pairs: the filter and its window."""
    return Picture.from_pairs((name, value) for name, value in pairs)


def read_drawing(said: dict[str, Any]) -> Drawing:
    """Read what somebody draws; AnnotationError says in words why it cannot be drawn."""
    try:
        return Drawing.model_validate(said)
    except ValidationError as fault:
        raise AnnotationError(f"not drawn: {_first(fault)}") from fault


def public_id(key: str) -> str:
    """Return the id that others may know of whoever holds a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


async def _read(socket: WebSocket) -> _BoardMessage:
    text = await socket.receive_text()
    if len(text) > _LONGEST:
        raise ValueError(f"a message is at most {_LONGEST} characters")
    try:
        return _BoardMessage.model_validate_json(text)
    except ValidationError as fault:
        raise ValueError(_first(fault)) from fault


def _first(fault: ValidationError) -> str:
    first = fault.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")


def _by_id(person: Person) -> str:
    return person.id
