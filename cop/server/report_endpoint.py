"""Reports from the field: the form, what it sends, and what became of each report."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from cop.access.viewer import Viewer
from cop.context import AppContext
from cop.errors import CopError, ReportError
from cop.exchange.field_report import (
    MOST_IN_AN_HOUR,
    check_note,
    check_pace,
    list_readable,
    publish_report,
    refuse_pace,
)
from cop.exchange.photo import MOST_BYTES, NewPhoto, find_photo
from cop.export.place_map import render_place_map
from cop.model.coordinate import parse_position
from cop.model.event import KINDS
from cop.model.moment import format_dtg
from cop.model.picture import Viewpoint
from cop.model.report import FieldReport, ReportEntry
from cop.model.style import Theme
from cop.resource import package_path
from cop.server.endpoint.session import find_viewer
from cop.server.error_handler import render_fault
from cop.server.form import plain
from cop.server.parameter import check_parameters
from cop.server.person_limiter import PersonLimiter
from cop.server.report_page import render_report_page
from cop.server.sign_in import find_address

REPORT_PATH: Final = "/report"
REPORT_ROUTES: Final[Mapping[str, tuple[str, ...]]] = {f"{REPORT_PATH}/sent": ("GET", "POST")}
"""What takes more than GET."""
SENT_PATH: Final = f"{REPORT_PATH}/sent"
_MOST_BODY: Final = MOST_BYTES * 3 // 2
_MAP_PX: Final = (358, 240)
_ZOOMS: Final = (4, 15)
_HOUR_S: Final = 3600.0
_NO_STORE: Final = {"Cache-Control": "no-store"}
Answer = Callable[[Request, Viewer], Awaitable[Response]]


class ReportEndpoint:
    """Takes reports of people who are signed in, each once, and says what became of theirs."""

    def __init__(self, context: AppContext) -> None:
        """Work with the program's own context: a reporter need not be able to read their report."""
        self._context = context
        self._tries = PersonLimiter(MOST_IN_AN_HOUR / _HOUR_S, at_once_s=_HOUR_S)
        self._page = render_report_page()

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes of the form."""
        return (
            self._route(REPORT_PATH, self.show),
            self._route(f"{REPORT_PATH}/worker.js", self.send_worker),
            self._route(f"{REPORT_PATH}/map.png", self.draw, ("lon", "lat", "zoom", "theme")),
            self._route(SENT_PATH, self.list_own),
            self._route(SENT_PATH, self.take, method="POST"),
            self._route(f"{REPORT_PATH}/photo/{{report_id}}", self.send_photo),
        )

    def _route(
        self, path: str, answer: Answer, taken: tuple[str, ...] = (), *, method: str = "GET"
    ) -> Route:
        async def checked(request: Request) -> Response:
            viewer = find_viewer(request)
            if viewer is None:
                return plain(401, "sign in first")
            try:
                check_parameters(request, taken)
                return await answer(request, viewer)
            except CopError as fault:
                return await render_fault(request, fault)

        return Route(path, checked, methods=[method])

    async def show(self, _request: Request, _viewer: Viewer) -> Response:
        """Answer with the form."""
        return HTMLResponse(self._page, headers={"Cache-Control": "no-cache"})

    async def send_worker(self, _request: Request, _viewer: Viewer) -> Response:
        """Answer with the script that keeps the form on the phone."""
        return FileResponse(
            package_path("cop", "server", "asset", "report_worker.js"),
            media_type="text/javascript",
            headers={"Service-Worker-Allowed": REPORT_PATH, "Cache-Control": "no-cache"},
        )

    async def draw(self, request: Request, viewer: Viewer) -> Response:
        """Answer with the background around a place, to be tapped on."""
        lon, lat, zoom = (
            _read_number(request, name, least, most)
            for name, least, most in (("lon", -180, 180), ("lat", -80, 80), ("zoom", *_ZOOMS))
        )
        viewpoint, theme = Viewpoint(lat=lat, lon=lon, zoom=zoom), _read_theme(request)
        image = await run_in_threadpool(self._draw, viewer, viewpoint, theme)
        # Its names are what this viewer may read: the next account on the phone draws its own.
        return Response(image, media_type="image/png", headers=_NO_STORE)

    async def list_own(self, _request: Request, viewer: Viewer) -> Response:
        """Answer with the viewer's own reports and what became of them."""
        found = await run_in_threadpool(self._context.room.reports.list, sender=viewer.id)
        return JSONResponse({"reports": [_describe(report) for report in found]}, headers=_NO_STORE)

    async def take(self, request: Request, viewer: Viewer) -> Response:
        """Take a report; one that was taken before is answered as it is."""
        origin = request.headers.get("origin", "").partition("//")[2]
        if origin != request.headers.get("host"):
            return plain(403, "reports are accepted only from this server's own page")
        self._context.access.policy.check(viewer, "report")
        content = await _read_body(request)
        wait_s = self._tries.take(viewer.id)
        if wait_s:
            raise refuse_pace(wait_s)
        stated = _read_json(content)
        report = await run_in_threadpool(self._take, stated, viewer, find_address(request))
        return JSONResponse(_describe(report), 201, headers=_NO_STORE)

    async def send_photo(self, request: Request, viewer: Viewer) -> Response:
        """Answer with the photo of a report, to who sent it and to who grades."""
        report_id = request.path_params["report_id"]
        path = await run_in_threadpool(self._find_photo, str(report_id), viewer)
        if path is None:
            return plain(404, "no such photo")
        return FileResponse(path, media_type="image/jpeg", headers=_NO_STORE)

    def _find_photo(self, report_id: str, viewer: Viewer) -> Path | None:
        report = self._context.room.reports.find(report_id)
        if report is None or not report.photo:
            return None
        if report.sender != viewer.id:
            if not self._context.access.policy.may(viewer, "grade"):
                return None
            readable = list_readable(self._context.answering(viewer).service)
            if report_id not in {one.entry.id for one in readable}:
                return None
        return find_photo(self._context.service.warehouse.folder, report.photo)

    def _draw(self, viewer: Viewer, viewpoint: Viewpoint, theme: Theme) -> bytes:
        service = self._context.answering(viewer).service
        return render_place_map(service, viewpoint, size=_MAP_PX, theme=theme)

    def _take(self, stated: dict[str, Any], viewer: Viewer, address: str) -> FieldReport:
        context, warehouse = self._context, self._context.service.warehouse
        photo = stated.pop("photo", None)
        entry = ReportEntry.build(_with_place(stated), now=context.now())
        check_note(entry)
        subject = f"report {entry.id}"
        with context.audit.recorded(viewer.as_actor(address), "report", subject) as act:
            if context.room.reports.find(entry.id) is None:
                check_pace(context.room.reports, viewer.id, now=context.now())
            report = self._receive(entry, viewer, photo)
            report = publish_report(warehouse, context.room.reports, report)
            act.detail |= {"version": report.version, "kind": entry.kind}
        warehouse.refresh()
        return report

    def _receive(self, entry: ReportEntry, viewer: Viewer, stated: object) -> FieldReport:
        """Store a report with its photo, or neither."""
        context = self._context
        photo = None
        if stated is not None:
            photo = NewPhoto(context.service.warehouse.folder, _decode(stated))
        try:
            return context.room.reports.receive(
                entry,
                sender=viewer.id,
                agency=viewer.agency or context.access.policy.host,
                store_photo=None if photo is None else photo.store,
            )
        except BaseException:
            if photo is not None:
                photo.remove()
            raise


def _with_place(stated: dict[str, Any]) -> dict[str, Any]:
    """Replace a typed position by degrees and how exact it was."""
    if "grid" not in stated:
        return stated
    text = str(stated.pop("grid"))[:80]
    found = parse_position(text)
    if found is None:
        raise ReportError(f"place: {text!r} is no position: write MGRS, or latitude, longitude")
    return {**stated, "lon": found.lon, "lat": found.lat, "accuracy_m": found.exact_m}


def _decode(photo: object) -> bytes:
    try:
        return base64.b64decode(str(photo), validate=True)
    except (binascii.Error, ValueError):
        raise ReportError("photo: not base64") from None


async def _read_body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MOST_BODY:
            raise ReportError(
                f"the report is larger than {_MOST_BODY:,} bytes: leave the photo out"
            )
    return bytes(content)


def _read_json(content: bytes) -> dict[str, Any]:
    try:
        stated = json.loads(content)
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        raise ReportError("the report is not a JSON object")
    for name, value in stated.items():
        if not name.isidentifier():
            raise ReportError(f"{name[:60]!r}: no field of a report")
        if isinstance(value, dict | list):
            raise ReportError(f"{name[:60]!r}: state one value")
    return stated


def _read_number(request: Request, name: str, least: float, most: float) -> float:
    text = request.query_params.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ReportError(f"{name}={text[:20]!r}: use a number from {least:g} to {most:g}")
    return value


def _read_theme(request: Request) -> Theme:
    text = request.query_params.get("theme", "")
    if text not in get_args(Theme):
        raise ReportError(f"theme={text[:20]!r}: use {' or '.join(get_args(Theme))}")
    return cast("Theme", text)


def _describe(report: FieldReport) -> dict[str, Any]:
    """Return a report as its reporter sees it, with what became of it step by step."""
    entry = report.entry
    return {
        "id": entry.id,
        "kind": KINDS[entry.kind],
        "count": entry.count,
        "occurred_at": f"{entry.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
        "state": report.state,
        "steps": [{"words": words} for words in describe_steps(report)],
    }


def describe_steps(report: FieldReport) -> list[str]:
    """Return what became of a report, in the order in which it happened."""
    steps = [f"Received {format_dtg(report.received_at)}"]
    if report.version is not None:
        steps.append("On the picture, unconfirmed")
    if report.graded_at is not None:
        when = format_dtg(report.graded_at)
        if report.grade is None:
            steps.append(f"Left out {when}: {report.reason}")
        else:
            steps.append(f"Graded {report.grade.words}, {when}")
    return [*steps, *(f"Used in {use.title}, {format_dtg(use.at)}" for use in report.uses)]
