"""A server for the component's browser tests: the assets, tiles made up on the spot, one page."""

import base64
import hashlib
import io
import math
import re
from pathlib import Path

import mapbox_vector_tile
import pydeck
import streamlit
from PIL import Image
from shapely import LineString, Point, box, transform
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.starlette import App

from cop.resource import package_path

DECK = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
WORKER = package_path("cop", "server", "asset", "mvt-worker.js")
WEST, EAST = -117.0, -97.2
EVENT = {
    "event_id": "e1", "kind": "rescue", "count": 3, "n": 1, "cell": 0, "synthetic": 1,
    "occurred_at": "2026-11-24T18:30:00Z", "source": "test", "segment_id": "S-10",
    "sector": "TCA", "confidence": "high", "marking": "TLP:GREEN",
}  # fmt: skip


NOTHING_DRAWN = {"type": "FeatureCollection", "now": "2026-11-24T18:30:00Z", "features": []}


def latitude(lon: float) -> float:
    """A made-up border: a straight line to the south-east."""
    return 32.5 - (lon - WEST) * 0.32


def segments(choice: str) -> list[tuple[object, dict[str, object]]]:
    edges = [WEST + (EAST - WEST) * i / 20 for i in range(21)]
    found = []
    for i in range(20):
        line = LineString([(lon, latitude(lon)) for lon in edges[i : i + 2]])
        figures = {"segment_id": f"S-{i}", "sector": "TCA", "n": i * 20 if choice == "all" else 0}
        found.append((line, figures | ({"change": 250.0} if i % 2 else {}) | ({"risk": 3.5})))
    return found


def features(layer: str, choice: str) -> list[tuple[object, dict[str, object]]]:
    rescue = (Point(-110.0, latitude(-110.0) + 0.6), EVENT)
    cell = (
        box(-104.5, 33.0, -103.5, 34.0),
        {"n": 5000, "people": 9000, "kind": "crossing", "cell": 1},
    )
    made = {
        "background": [(box(-130, 20, -90, 45), {"class": "land", "name": "land"})],
        "places": [(Point(-106.4, 31.7), {"name": "El Paso", "population": 678815, "min_zoom": 3})],
        "sectors": [(box(-113, 31, -109, 34), {"sector": "TCA", "name": "Tucson"})],
        "segments": segments(choice),
        "risk": segments(choice),
        "sensors": [(Point(-101.0, 31.0), {"sensor_id": "<b>T-1</b>", "state": "up"})],
        "events": [rescue, cell] if choice == "all" else [rescue],
        "my_ports": [
            (
                Point(-114.0, 28.5),
                {
                    "record_id": "p1",
                    "name": "Big Port",
                    "people": 250_000.4,
                    "people_change": 12.44,
                    "share": 0.44,
                    "trucks": 2,
                },
            ),
            (
                Point(-112.0, 28.5),
                {"record_id": "p2", "name": "Small Port", "people": 50.0, "people_change": -3.21},
            ),
            (Point(-110.0, 28.5), {"record_id": "p3", "name": "Silent Port"}),
        ],
        "my_stations": [
            (Point(-108.0, 28.5), {"record_id": "s1", "facility_type": "station", "name": "Post"})
        ],
        "my_encounters": [
            (
                box(-112, 33.2, -109, 34.6),
                {
                    "sector": "TCA",
                    "name": "Tucson",
                    "encounters": 12_345,
                    "encounters_change": -8.6,
                },
            ),
            (box(-108, 33.2, -106, 34.6), {"sector": "EPT", "name": "El Paso"}),
        ],
    }
    return made.get(layer, [])


def render_tile(layer: str, z: int, x: int, y: int, choice: str) -> bytes:
    n = 2**z

    def project(points):  # type: ignore[no-untyped-def]
        out = points.copy()
        out[:, 0] = ((points[:, 0] + 180) / 360 * n - x) * 4096
        for row, (_, lat) in enumerate(points):
            turned = math.asinh(math.tan(math.radians(lat))) / math.pi
            out[row, 1] = ((1 - turned) / 2 * n - y) * 4096
        return out

    frame = box(0, 0, 4095, 4095) if layer == "events" else box(-64, -64, 4160, 4160)
    found = []
    for shape, properties in features(layer, choice):
        cut = transform(shape, project).intersection(frame)
        if not cut.is_empty:
            found.append({"geometry": cut, "properties": properties})
    if not found:
        return b""
    return mapbox_vector_tile.encode(
        [{"name": layer, "features": found}], default_options={"y_coord_down": True}
    )


def basemap(z: int, x: int, y: int) -> bytes:
    """Two MVT layers of a map from elsewhere: a park, a road, and a point that has no place."""
    if (z, x) == (0, 0) or not x:
        return b""
    park = {"geometry": box(0, 0, 4096, 2048), "properties": {}}
    road = {"geometry": LineString([(0, 3000), (4096, 3000)]), "properties": {}}
    peak = {"geometry": Point(2048, 2500), "properties": {"name": "peak"}}
    return mapbox_vector_tile.encode(
        [{"name": "park", "features": [park, peak]}, {"name": "road", "features": [road]}],
        default_options={"y_coord_down": True},
    )


def image(request: Request) -> Response:
    """A relief made up: white above, black below, the lower right quarter empty."""
    if request.path_params["layer"] != "my_relief":
        return Response(status_code=204)
    if request.query_params["choice"] == "broken":
        return Response("no relief today", status_code=503)
    picture = Image.new("RGBA", (512, 512), (255, 255, 255, 255))
    picture.paste((0, 0, 0, 255), (0, 256, 256, 512))
    picture.paste((0, 0, 0, 0), (256, 256, 512, 512))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return Response(held.getvalue(), media_type="image/png")


FOUND = {
    "tuc": [
        {"title": "<b>Tucson</b>", "detail": "town, AZ", "kind": "town", "lon": -110.9265,
         "lat": 32.2217, "zoom": 9.0, "position": "32.2217 N 110.9265 W", "mgrs": "12S WB 069 651"},
        {"title": "Tucson", "detail": "sector TCA", "kind": "sector", "lon": -111.5, "lat": 31.5,
         "zoom": 7.0, "position": "31.5 N 111.5 W", "mgrs": "12R VV 52"},
    ]
}  # fmt: skip


def search(request: Request) -> Response:
    query = request.query_params["q"]
    if query == "fail":
        return JSONResponse({"error": "the search is broken"}, status_code=400)
    results = FOUND.get(query[:3].lower(), [])
    message = "" if results else f"Nothing found for '{query}'"
    return JSONResponse({"results": results, "message": message})


def tile(request: Request) -> Response:
    path = request.path_params
    choice = request.query_params["choice"]
    if choice == "broken":
        return Response("<i>this filter</i> is broken", status_code=400)
    at = path["z"], path["x"], path["y"]
    body = (
        basemap(*at) if path["layer"] == "my_basemap" else render_tile(path["layer"], *at, choice)
    )
    return (
        Response(body, media_type="application/vnd.mapbox-vector-tile")
        if body
        else Response(status_code=204)
    )


def event(request: Request) -> Response:
    return JSONResponse(
        EVENT | {
            "unit": "people", "time_precision": "minute", "reported_at": "2026-11-24T19:00:00Z",
            "local_time": "2026-11-24 11:30 MST", "dtg": "241830Z NOV 26", "lat": 30.9,
            "lon": -110.0,
            "mgrs": "12R WA 00000 00000", "uncertainty_m": 150.0, "county": "Pima, AZ",
            "source_title": "<img src=x onerror=alert(1)>", "detection": "patrol", "attributes": {},
        }
    )  # fmt: skip


def build_policy() -> str:
    """The content security policy that the real server sends."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    inline = [
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    return (
        f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {' '.join(inline)}; "
        "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; "
        "connect-src 'self' ws:"
    )


class Policy:
    """Adds the policy to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.header = (b"content-security-policy", build_policy().encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self.header]
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)


app = App(
    Path(__file__).with_name("page.py"),
    routes=[
        Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt", tile),
        Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.png", image),
        Route("/api/events/{event_id}", event),
        Route("/api/search", search),
        Route("/api/annotations", lambda request: JSONResponse(NOTHING_DRAWN)),
        Route("/healthz", lambda request: Response("ok")),
        Route("/assets/deck/index.js", lambda request: FileResponse(DECK)),
        Route("/assets/mvt-worker.js", lambda request: FileResponse(WORKER)),
    ],
    middleware=[Middleware(Policy)],
)
