"""The connections to the board of this process, which follow its journal."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cop.access.audit.log import AuditLog
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.errors import CopError, StoreError
from cop.model.board import BOARD_SOCKET, Board, Person
from cop.model.release import Release
from cop.query.service import QueryService
from cop.server.board.act import BoardActs
from cop.server.board.message import BoardMessage, public_id, read_message
from cop.server.board.release import BoardRelease
from cop.server.board.session import TOO_SLOW, BoardSession
from cop.store.room.board import Journal

Texts = dict[Release | None, str]
"""One message as each release is told it."""
_LOOK_S = 0.25
_ATTEND_S = 5.0
_HELLO_S = 10.0
_MOST_SESSIONS, _MOST_GREETING = 1_000, 200
_MALFORMED = 1008


class Hub:
    """The connections of this process; it follows the journal, which decides."""

    def __init__(self, service: QueryService, policy: Policy, audit: AuditLog) -> None:
        """Follow the journal of the room that belongs to a service's warehouse."""
        self._service, self._policy = service, policy
        self._told = BoardRelease(service)
        self._acts = BoardActs(service, policy, audit, run=self._do, publish=self._catch_up)
        self._greeting = 0
        self._server = secrets.token_hex(8)
        self._sessions: set[BoardSession] = set()
        self._revision = self._annotations = 0
        self._people = ""
        self._attended = (0.0, frozenset[Person]())
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="board")
        self._task: asyncio.Task[None] | None = None

    @property
    def _journal(self) -> Journal:
        return self._service.warehouse.room.journal

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
            board = await self._do(self._journal.board)
            self._revision, self._annotations = board.revision, board.annotations
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
                await socket.close(TOO_SLOW, "too many connections to the board: try again later")
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

    def _open(self, socket: WebSocket, message: BoardMessage) -> BoardSession:
        viewer: Viewer | None = getattr(socket.state, "viewer", None)
        if viewer is None:
            raise ValueError("sign in first")
        if message.key is None or message.name is None:
            raise ValueError("send key and name first")
        name = viewer.sign(message.name)
        person = Person(id=public_id(message.key), name=name, role=message.role)
        return BoardSession(socket, viewer, person, self._policy.release(viewer))

    async def _greet(self, socket: WebSocket) -> BoardMessage:
        self._greeting += 1
        try:
            return await asyncio.wait_for(read_message(socket), _HELLO_S)
        finally:
            self._greeting -= 1

    async def _serve(self, session: BoardSession) -> None:
        tasks = [asyncio.create_task(call) for call in (session.send(), self._receive(session))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            # Where the connection breaks both fail at once: each fault is taken, one is raised.
            faults = await asyncio.gather(*tasks, return_exceptions=True)
        for fault in faults:
            if isinstance(fault, Exception) and not isinstance(fault, RuntimeError):
                raise fault

    async def _receive(self, session: BoardSession) -> None:
        while True:
            # Who sends faster than a hand can move a map is read no faster.
            await session.pace.wait()
            message = await read_message(session.socket)
            if message.name is not None:
                name = session.viewer.sign(message.name)
                session.person = session.person.model_copy(update={"name": name})
            try:
                await self._acts.act(session, message)
            except CopError as fault:
                session.offer(json.dumps({"refused": str(fault)}))

    async def _welcome(self, session: BoardSession, after: int | None) -> None:
        """Bring a new connection up to date, with the missed revisions or the whole board."""
        async with self._lock:
            missed = None
            if after is not None:
                missed = await self._do(lambda: self._journal.entries(after))
            session.offer(json.dumps({"you": session.person.id}))
            release = session.release
            annotated = await self._do(lambda: self._told.encode_annotations(release))
            if missed is None:
                board = await self._do(self._journal.board)
                session.revision, session.annotated = board.revision, annotated
                session.offer(await self._do(lambda: self._told.encode_board(board, release)))
            else:
                for entry in missed:
                    session.revision = entry.revision
                    session.offer(await self._do(partial(self._told.encode, entry, release)))
                session.offer_annotated(annotated)
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
        """Write, then send what was not sent yet: revisions, and that annotations changed."""

        def work(releases: set[Release | None]) -> tuple[list[tuple[int, Texts]], Texts]:
            if write is not None:
                write()
            entries, board = self._journal.entries(self._revision), self._journal.board()
            annotated = Texts()
            if board.annotations != self._annotations:
                annotated = {r: self._told.encode_annotations(r) for r in releases}
            if entries is None:
                whole = {r: self._told.encode_board(board, r) for r in releases}
                revisions = [(board.revision, whole)]
            else:
                revisions = [
                    (e.revision, {r: self._told.encode(e, r) for r in releases}) for e in entries
                ]
            self._annotations = board.annotations
            return revisions, annotated

        async with self._lock:
            releases = {session.release for session in self._sessions}
            revisions, annotated = await self._do(partial(work, releases))
            for revision, texts in revisions:
                restarted = revision <= self._revision
                self._revision = revision
                for session in self._sessions:
                    if restarted or revision > session.revision:
                        session.revision = revision
                        session.offer(texts[session.release])
            for session in self._sessions if annotated else ():
                session.offer_annotated(annotated[session.release])

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

    async def _do(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _by_id(person: Person) -> str:
    return person.id
