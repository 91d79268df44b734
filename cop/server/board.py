"""The board's web socket: receives the presenter's moves, sends every revision to all viewers."""

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cop.access.audit.log import AuditLog, RecordedAct
from cop.access.audit.visitor import name_visitor
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.errors import AnnotationError, BoardError, CopError, StoreError
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.opening import resolve_picture
from cop.layerkind.service.tile import build_addresses
from cop.model.annotation import AnnotationId, Drawing
from cop.model.board import BOARD_SOCKET, Board, Entry, Move, Name, Person, Role
from cop.model.layer import Layer
from cop.model.picture import Picture, ShownLayer
from cop.model.release import Release
from cop.model.unapplied import UnappliedPart, describe_unapplied
from cop.query.service import QueryService
from cop.server.pace import Pace
from cop.store.room.board import Journal
from cop.store.room.room import Room

Offered = tuple[Move, tuple[UnappliedPart, ...]]
"""A move as it may be put on the board, and the parts that were left out of it."""
_LOOK_S = 0.25
_ATTEND_S = 5.0
_HELLO_S = 10.0
_LONGEST = 65_536
_MOST_WAITING, _MOST_WAITING_CHARACTERS = 512, 1_000_000
_MOST_SESSIONS, _MOST_GREETING = 1_000, 200
_MESSAGES_PER_S, _MESSAGES_AT_ONCE = 50.0, 200
_MOST_REVISION = 2**53
_TOO_SLOW, _MALFORMED = 1013, 1008


class _BoardMessage(BaseModel):
    """A message of a browser: first who it is, then what it does."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    key: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    name: Name | None = None
    role: Role = "viewer"
    after: int | None = Field(default=None, ge=0, le=_MOST_REVISION)
    take: bool = False
    release: bool = False
    move: Move | None = None
    draw: dict[str, Any] | None = None
    erase: AnnotationId | None = None


class _BoardSession:
    """One connection: its person, and the messages still to be sent."""

    def __init__(
        self, socket: WebSocket, viewer: Viewer, person: Person, release: Release | None
    ) -> None:
        self.socket, self.viewer, self.person, self.release = socket, viewer, person, release
        self.revision = -1
        self.waiting: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self.characters = 0
        self.is_slow = False
        self.pace = Pace(_MESSAGES_PER_S, at_once=_MESSAGES_AT_ONCE)

    def offer(self, text: str) -> None:
        if self.waiting.full() or self.characters > _MOST_WAITING_CHARACTERS:
            self.is_slow = True
            return
        self.characters += len(text)
        self.waiting.put_nowait(text)

    async def send(self) -> None:
        """Send the waiting messages in order until the connection ends or falls behind."""
        while not self.is_slow:
            text = await self.waiting.get()
            self.characters -= len(text)
            await self.socket.send_text(text)
        await self.socket.close(_TOO_SLOW, "connection too slow: reconnect")


class Hub:
    """The connections of this process; it follows the journal, which decides."""

    def __init__(
        self,
        room: Room,
        tiles: Callable[[Picture, Release | None], dict[str, str]],
        check: Callable[[Move, Board, Release | None], Offered],
        withheld: Callable[[Release | None], Collection[str]],
        *,
        policy: Policy,
        audit: AuditLog,
    ) -> None:
        """Follow a room's journal; ``tiles`` returns the tile addresses of a Picture by layer.

        ``check`` returns a move as it may be put on a board; CopError refuses it. ``withheld``
        returns the layers that a viewer may not know of. What a viewer may do and read the
        ``policy`` says. What is taken, left, drawn and erased goes to the ``audit``
        log.
        """
        self._room, self._tiles, self._check, self._policy = room, tiles, check, policy
        self._withheld, self._audit = withheld, audit
        self._greeting = 0
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
        if self._greeting >= _MOST_GREETING or len(self._sessions) >= _MOST_SESSIONS:
            with suppress(WebSocketDisconnect):
                await socket.close(_TOO_SLOW, "too many connections to the board: try again later")
            return
        session = None
        try:
            message = await self._greet(socket)
            session = self._open(socket, message)
            await self._welcome(session, message.after)
            await self._serve(session)
        except (ValueError, TimeoutError, StoreError) as fault:
            reason = str(fault) or "no message received"
            # Who has gone meanwhile need not be told.
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(_MALFORMED, reason.encode()[:100].decode(errors="ignore"))
        except WebSocketDisconnect:
            pass
        finally:
            if session is not None:
                self._sessions.discard(session)

    def _open(self, socket: WebSocket, message: _BoardMessage) -> _BoardSession:
        viewer: Viewer | None = getattr(socket.state, "viewer", None)
        if viewer is None:
            raise ValueError("sign in first")
        if message.key is None or message.name is None:
            raise ValueError("send key and name first")
        name = viewer.sign(message.name)
        person = Person(id=public_id(message.key), name=name, role=message.role)
        return _BoardSession(socket, viewer, person, self._policy.release(viewer))

    async def _greet(self, socket: WebSocket) -> _BoardMessage:
        self._greeting += 1
        try:
            return await asyncio.wait_for(_read(socket), _HELLO_S)
        finally:
            self._greeting -= 1

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
            # Who sends faster than a hand can move a map is read no faster.
            await session.pace.wait()
            message = await _read(session.socket)
            if message.name is not None:
                name = session.viewer.sign(message.name)
                session.person = session.person.model_copy(update={"name": name})
            try:
                await self._change(session, message)
                await self._annotate(session, message)
            except CopError as fault:
                session.offer(json.dumps({"refused": str(fault)}))

    async def _change(self, session: _BoardSession, message: _BoardMessage) -> None:
        person, move = session.person, message.move
        if message.take or move is not None:
            self._policy.check(session.viewer, "present")
        if move is not None and (move.wanted is not None or move.layers):
            stated = move
            move, left = await self._do(
                lambda: self._check(stated, self._journal.board(), session.release)
            )
            if left:
                session.offer(json.dumps({"refused": describe_unapplied(left)}))

        def write() -> None:
            if message.take:
                with self._recording(session, "take", "board"):
                    self._journal.take(person)
            if move is not None:
                self._journal.move(person, move)
            if message.release:
                with self._recording(session, "leave", "board"):
                    self._journal.release(person)

        if message.take or message.release or move is not None:
            await self._catch_up(write)

    async def _annotate(self, session: _BoardSession, message: _BoardMessage) -> None:
        """Draw or erase for any connected user; confirm a drawing to its author."""
        by = session.person.name
        if message.draw is None and message.erase is None:
            return
        self._policy.check(session.viewer, "annotate")
        annotations = self._room.released_to(session.release).annotations
        if message.draw is not None:
            drawing = read_drawing(message.draw)

            def draw() -> None:
                with self._recording(session, "annotate", "new annotation") as act:
                    drawn = annotations.draw(drawing, author=by)
                    act.subject = f"annotation {drawn.id}"
                    act.detail["revision"] = drawn.revision

            await self._catch_up(draw)
            session.offer(json.dumps({"drawn": True}))
        if message.erase is not None:
            erased = message.erase

            def erase() -> None:
                with self._recording(session, "erase", f"annotation {erased}"):
                    annotations.erase(erased, by=by)

            await self._catch_up(erase)

    def _recording(
        self, session: _BoardSession, action: str, subject: str
    ) -> AbstractContextManager[RecordedAct]:
        client = session.socket.client
        actor = name_visitor(session.viewer, session.person.name, client.host if client else None)
        return self._audit.recorded(actor, action, subject)

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
                session.offer(await self._do(lambda: self._encode_board(board, session.release)))
            else:
                for entry in missed:
                    session.revision = entry.revision
                    session.offer(await self._do(partial(self._encode, entry, session.release)))
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

        def work(releases: set[Release | None]) -> list[tuple[int, dict[Release | None, str]]]:
            if write is not None:
                write()
            entries = self._journal.entries(self._revision)
            if entries is not None:
                return [(e.revision, {r: self._encode(e, r) for r in releases}) for e in entries]
            board = self._journal.board()
            return [(board.revision, {r: self._encode_board(board, r) for r in releases})]

        async with self._lock:
            releases = {session.release for session in self._sessions}
            for revision, texts in await self._do(partial(work, releases)):
                restarted = revision <= self._revision
                self._revision = revision
                for session in self._sessions:
                    if restarted or revision > session.revision:
                        session.revision = revision
                        session.offer(texts[session.release])

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

    def _encode(self, entry: Entry, release: Release | None) -> str:
        message = entry.model_dump(mode="json")
        self._admit_layers(message["change"], release)
        return json.dumps(message | self._addresses(entry.change.get("wanted"), release))

    def _encode_board(self, board: Board, release: Release | None) -> str:
        message = {"board": board.model_dump(mode="json", by_alias=True)}
        self._admit_layers(message["board"], release)
        return json.dumps(message | self._addresses(board.wanted, release))

    def _admit_layers(self, parts: dict[str, Any], release: Release | None) -> None:
        """Take out the layers that are not released."""
        if parts.get("layers"):
            withheld = self._withheld(release)
            parts["layers"] = [one for one in parts["layers"] if one["id"] not in withheld]

    def _addresses(self, pairs: Any, release: Release | None) -> dict[str, dict[str, str]]:
        """Return the addresses of tiles as a viewer gets them: the names of content are theirs."""
        if pairs is None:
            return {}
        try:
            asked = Picture.open_pairs((name, value) for name, value in pairs)
            return {"tiles": self._tiles(asked, release)}
        except CopError:
            return {}

    async def _do(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def build_hub(service: QueryService, policy: Policy, audit: AuditLog) -> Hub:
    """Return the hub of the room that belongs to a service's warehouse."""

    def addresses(picture: Picture, release: Release | None) -> dict[str, str]:
        own = service.released_to(release)
        view, _ = resolve_picture(own, picture)
        return build_addresses(own, view)

    def check(move: Move, board: Board, release: Release | None) -> Offered:
        return check_move(service.released_to(release), move, board)

    def withheld(release: Release | None) -> Collection[str]:
        return {*service.snapshot.uploaded} - {*service.released_to(release).snapshot.uploaded}

    return Hub(service.warehouse.room, addresses, check, withheld, policy=policy, audit=audit)


def check_move(service: QueryService, move: Move, board: Board) -> Offered:
    """Return a move as it may be put on a board now, and the layers that were left out of it.

    Raise FilterError if its filter cannot be read, BoardError if the warehouse lacks a part of it:
    without that part, everyone would be shown more than the presenter asked for.
    """
    pairs = board.wanted or [] if move.wanted is None else move.wanted
    if move.wanted is None:
        asked = Picture.open_pairs(pairs)
    else:
        asked = Picture.from_pairs((name, value) for name, value in pairs)
        # In canonical order and form, so that pages can tell whether they show it already.
        move = move.model_copy(update={"wanted": asked.filter_pairs()})
    shown = tuple(ShownLayer(id=one.id, opacity=one.opacity) for one in move.layers or ())
    view, opened = resolve_picture(service, replace(asked, shown=shown or None, measures=()))
    lacking = [part for part in opened.unapplied if part.name != "layers"]
    if lacking and move.wanted is not None:
        raise BoardError(f"Not put on the board. {describe_unapplied(lacking)}.")
    return _with_layers(move, read_layers(service, view)), tuple(
        part for part in opened.unapplied if part.name == "layers"
    )


def _with_layers(move: Move, known: dict[str, Layer]) -> Move:
    """Return a move with the layers that are known, each by a measure that it has."""
    if not move.layers:
        return move
    keys = {name: {measure.key for measure in layer.measures} for name, layer in known.items()}
    left = [
        one if one.measure in keys[one.id] else one.model_copy(update={"measure": None})
        for one in move.layers
        if one.id in keys
    ]
    return move.model_copy(update={"layers": left})


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
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1005), received.get("reason"))
    text = received.get("text")
    if text is None:
        raise ValueError("send JSON as text")
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
