"""POST /api/events: batches of feeds, published one at a time in a thread."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cop.access.audit.log import AuditLog
from cop.errors import BusyError, CopError, StoreError
from cop.ingest.feed import Feed, find_feed, take_batch
from cop.ingest.sink.load import IngestReport
from cop.model.audit import Actor
from cop.server.error_handler import render_fault
from cop.server.parameter import check_parameters
from cop.server.sign_in import find_address
from cop.store.warehouse import Warehouse

FEED_PATH = "/api/events"
MEDIA_TYPES = ("application/json", "application/x-ndjson", "application/ndjson")
_MOST_WAITING = 32
_RETRY_AFTER_S = 5
_NO_STORE = {"Cache-Control": "no-store"}


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class EventEndpoint:
    """Accepts batches of events from the feeds named in the settings only."""

    def __init__(
        self, warehouse: Warehouse, feeds: Sequence[Feed], audit: AuditLog, *, most_mb: float
    ) -> None:
        """Accept batches of up to ``most_mb`` MB; each is recorded before it is published."""
        self._warehouse, self._feeds, self._audit = warehouse, feeds, audit
        self._most_bytes = int(most_mb * 1_000_000)
        self._one_at_a_time = CapacityLimiter(1)

    @property
    def route(self) -> Route:
        """The route that batches are posted to."""
        return Route(FEED_PATH, self.answer, methods=["POST"])

    async def answer(self, request: Request) -> Response:
        """Answer with the counts and the new version, or the reason for refusing the batch."""
        try:
            feed = self._authorize(request)
            check_parameters(request, ())
            content = await self._read(request)
            report = await self._publish(feed, content, find_address(request))
        except _RefusedError as refused:
            return JSONResponse(
                {"error": str(refused)}, refused.status, headers=_NO_STORE | refused.headers
            )
        except CopError as fault:
            return await render_fault(request, fault)
        nothing = report.rejected and not (report.accepted or report.duplicate or report.superseded)
        return JSONResponse(asdict(report), 422 if nothing else 200, headers=_NO_STORE)

    def _authorize(self, request: Request) -> Feed:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _RefusedError(
                401, "send the feed's token as Authorization: Bearer", WWW_Authenticate="Bearer"
            )
        feed = find_feed(self._feeds, token.strip())
        if feed is None:
            raise _RefusedError(403, "unknown token: no feed has it")
        return feed

    async def _read(self, request: Request) -> bytes:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in MEDIA_TYPES or "content-encoding" in request.headers:
            raise _RefusedError(415, f"send {' or '.join(MEDIA_TYPES[:2])}, uncompressed")
        stated = request.headers.get("content-length", "0")
        too_large = _RefusedError(
            413,
            f"batch too large: at most {self._most_bytes} bytes; send several batches",
            Connection="close",
        )
        if not stated.isdigit() or int(stated) > self._most_bytes:
            raise too_large
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > self._most_bytes:
                raise too_large
        return bytes(content)

    async def _publish(self, feed: Feed, content: bytes, address: str) -> IngestReport:
        if self._one_at_a_time.statistics().tasks_waiting >= _MOST_WAITING:
            raise _busy("too many batches in the queue")
        try:
            return await to_thread.run_sync(
                self._take, feed, content, address, limiter=self._one_at_a_time
            )
        except BusyError as fault:
            raise _busy(str(fault)) from fault

    def _take(self, feed: Feed, content: bytes, address: str) -> IngestReport:
        actor = Actor(
            who=f"feed:{feed.name}", name=feed.name, roles=(), origin="feed token", address=address
        )
        source = f"source {feed.mapping.source.id}"
        with self._audit.recorded(actor, "load", source, bytes=len(content)) as act:
            report = take_batch(self._warehouse.settings, feed, content)
            act.detail |= {
                "version": report.version, "accepted": report.accepted,
                "rejected": report.rejected,
            }  # fmt: skip
        # The batch is published already; if this fails, the refresher finds it.
        with suppress(StoreError):
            self._warehouse.refresh()
        return report


def _busy(reason: str) -> _RefusedError:
    return _RefusedError(503, f"{reason}; send the batch again", Retry_After=str(_RETRY_AFTER_S))
