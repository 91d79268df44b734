"""Requests that are drawn: none breaks the API, and none is told of SQL, of code or of a folder."""

from itertools import chain
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cop.ingest.layer.shelf import DRAFT_HEADER
from cop.model.event import KINDS
from cop.query.item.crs import SYSTEMS
from cop.query.summary import BY
from cop.server.openapi.document import build_document
from cop.server.openapi.operation import OPERATIONS, ApiOperation
from tests.server.conftest import BASE
from tests.server.openapi.conftest import Attacked

pytestmark = [pytest.mark.access, pytest.mark.hypothesis]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
described = schemathesis.openapi.from_dict(build_document())


@described.parametrize()
def test_shown_no_generated_request_breaks_the_api(case: Any, attacked: Attacked) -> None:
    response = case.call(BASE, app=attacked.app)
    case.validate_response(response, checks=CHECKS)
    headers = {name: ", ".join(values) for name, values in response.headers.items()}
    sent = f"{response.request.url}{case.headers}"
    assert not attacked.find_leak(sent, response.status_code, headers, response.content)


HARD = (
    "nan", "-inf", "1e400", "-0", "9" * 400, "0x1f", "1_0", "\u0661", "\x00", "a\x00b", "\n", "\t",
    "\u202e", "\ufeff", "%", "%s%n", "{0}", "$1", "'", '"', "\\", "' OR 1=1 --", "'; DROP TABLE x",
    "../" * 9 + "etc/passwd", "file:///etc/passwd", "a" * 3_000, "[]", "{}", '{"fill": null}',
    "null", "true", "0001-01-01", "2200-01-01", "2026-02-30", "2026-01-01T25:00Z",
    "2026-01-01T00:00+99:99", "-111 31,-110 31", "nan nan,1 1,2 2", "add:@", "off:" + "x" * 200,
)  # fmt: skip
"""Values that break others: numbers, control characters, quotes, folders, moments."""
MOMENTS = ("2026-01-01", "2026-06-01T12:00:00Z", "1900-01-01", "2199-12-31")
VALID: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("from", "to", "since"), MOMENTS),
    "known_at": ("2199-12-31", "1900-01-01"),
    "version": ("1", "2"),
    "sector": ("TCA", "RGV", "NONE"),
    "county": ("Pima, AZ", "NONE"),
    "kind": tuple(KINDS),
    "source": ("demo", "iom_mmp"),
    "records": ("real", "synthetic"),
    "area": ("-111 31,-110 31,-110 32", "-180 -90,180 -90,180 90,-180 90"),
    "ahead": ("week-1", "day-4"),
    "whatif": ("off:x", "add:new@-111,31.5,30,20000"),
    "layer": ("risk_surface", "coverage"),
    **dict.fromkeys(("lon", "to_lon"), ("-110.94", "180", "-180")),
    **dict.fromkeys(("lat", "to_lat"), ("31.36", "90", "-90")),
    **dict.fromkeys(("height", "to_height"), ("0", "10", "20000")),
    "range": ("0.1", "15"),
    "by": tuple(BY),
    "q": ("nogales", "TCA-0031", "12R VV 1 6", "31.3, -110.9", "91, 181"),
    "state": ("open", "closed"),
    "theme": ("light", "dark"),
    "style": ('{"fill": "#ff0000"}', "{}"),
    "v": ("1",),
    "f": ("json", "html"),
    "limit": ("1", "100", "10000", "99999"),
    "after": ("", "0", "DRT-0035"),
    "bbox": ("-111,31,-110,32", "170,-10,-170,10", "-111,31,0,-110,32,9"),
    **dict.fromkeys(("crs", "bbox-crs", "filter-crs"), tuple(SYSTEMS)),
    "datetime": ("2026-06-01", "2026-01-01/..", "../2026-06-01T12:00:00Z"),
    "filter": ("kind = 'rescue' AND count > 1", "S_INTERSECTS(geometry, BBOX(-111,31,-110,32))"),
    "filter-lang": ("cql2-text",),
}
"""Values that each parameter takes."""
ADDRESSES = {
    "/api/events/{event_id}": ("/api/events/{event}", "/api/events/" + "f" * 32, "/api/events/x"),
    "/tiles/{layer}.json": ("/tiles/events.json", "/tiles/{raster}.json"),
    "/tiles/{layer}/{z}/{x}/{y}.{format}": (
        "/tiles/events/5/6/12.mvt",
        "/tiles/changes/5/6/12.mvt",
        "/tiles/coverage/6/12/26.png",
        "/tiles/{raster}/9/98/208.png",
    ),
    "/assets/{name:path}": ("/assets/session.js",),
    "/ogc/collections/{collection}": ("/ogc/collections/events", "/ogc/collections/sensors"),
    "/ogc/collections/{collection}/queryables": ("/ogc/collections/segments/queryables",),
    "/ogc/collections/{collection}/items": (
        *("/ogc/collections/events/items", "/ogc/collections/segments/items"),
        *("/ogc/collections/sensors/items", "/ogc/collections/hotspots/items"),
    ),
    "/ogc/collections/{collection}/items/{item:path}": (
        *("/ogc/collections/events/items/{event}", "/ogc/collections/segments/items/DRT-0035"),
        "/ogc/collections/events/items/x",
    ),
    "/ogc/collections/{collection}/tiles": ("/ogc/collections/events/tiles",),
    "/ogc/collections/{collection}/tiles/{set}": ("/ogc/collections/events/tiles/WebMercatorQuad",),
    "/ogc/collections/{collection}/tiles/{set}/{matrix}/{row}/{column}": (
        *(
            "/ogc/collections/events/tiles/WebMercatorQuad/5/12/6",
            "/ogc/collections/segments/tiles/WebMercatorQuad/6/26/12",
        ),
    ),
    "/stac/versions/{version}": ("/stac/versions/1", "/stac/versions/2"),
    "/stac/versions/{version}/items/{dataset}": ("/stac/versions/2/items/events",),
    "/stac/versions/{version}/files/{dataset}/{name}": ("/stac/versions/2/files/{file}",),
    "/ogc/tileMatrixSets/{set}": ("/ogc/tileMatrixSets/WebMercatorQuad",),
}
"""Addresses of the paths that have parameters; the others are their own."""
ANY = st.one_of(
    st.sampled_from(HARD),
    st.text(),
    st.floats().map(str),
    st.integers().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
)


def draw_value(name: str) -> st.SearchStrategy[str]:
    """Mostly a value that a parameter takes, so that what lies behind is reached."""
    valid = st.sampled_from(VALID[name])
    return st.one_of(valid, valid, valid, ANY)


def draw_query(operation: ApiOperation) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Parameters of an address: what it needs, some of what it may have, others and again."""
    own = [one for one in operation.parameters if one.place == "query"]
    needed = [one.name for one in own if one.required]
    others = [one.name for one in own if not one.required]
    if operation.path == "/api/sight":
        needed, others = [*needed, "range"], ["version", "known_at"]
    first = st.tuples(*(st.tuples(st.just(name), draw_value(name)) for name in needed)).map(list)
    other = st.sampled_from(sorted(VALID)) | st.text(max_size=9)
    wild = st.lists(st.tuples(other, ANY), max_size=2)
    if not others:
        return st.tuples(first, st.just([]) | wild).map(lambda parts: [*chain(*parts)])
    pair = st.sampled_from(others).flatmap(lambda name: st.tuples(st.just(name), draw_value(name)))
    further = st.lists(pair, max_size=4, unique_by=lambda one: one[0])
    rest = st.one_of(further, further, st.lists(pair, max_size=4), wild)
    return st.tuples(first, rest).map(lambda parts: [*chain(*parts)])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
@given(data=st.data())
def test_shown_no_query_parameter_breaks_an_answer(
    attacked: Attacked, operation: ApiOperation, data: st.DataObject
) -> None:
    address = data.draw(st.sampled_from(ADDRESSES.get(operation.path, (operation.path,))))
    pairs = data.draw(draw_query(operation))
    client = data.draw(st.sampled_from([attacked.client, attacked.released]), label="client")
    answer = client.get(
        address.format(event=attacked.event, raster=attacked.raster, file=attacked.file),
        params=pairs,
        headers={DRAFT_HEADER: attacked.draft},
    )
    assert answer.status_code in {200, *operation.statuses} - {401, 403, 429, 503}, answer.text
    if {name for name, _ in pairs} - {*operation.query_names}:
        assert (answer.status_code, "is unknown" in answer.json()["error"]) == (400, True)
    sent = "".join(text for pair in pairs for text in pair)
    assert not attacked.find_leak(sent, answer.status_code, answer.headers, answer.content)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
def test_an_unknown_parameter_is_refused_by_its_name(
    attacked: Attacked, operation: ApiOperation
) -> None:
    """Beside all that an address takes and needs: a misspelled one never widens an answer."""
    address = ADDRESSES.get(operation.path, (operation.path,))[0].format(
        event=attacked.event, raster=attacked.raster, file=attacked.file
    )
    needed = {one.name: VALID[one.name][0] for one in operation.parameters if one.required
              and one.place == "query"}  # fmt: skip
    if operation.path == "/api/sight":
        needed["range"] = "15"
    headers = {DRAFT_HEADER: attacked.draft}
    assert attacked.client.get(address, params=needed, headers=headers).status_code == 200
    for name in ("sectr", "Records", "known-at", "", "by "):
        params = {**needed, name: "1"}
        answer = attacked.client.get(address, params=params, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(f"parameter {name!r} is unknown: ")


@pytest.mark.parametrize(
    "told",
    [
        "Binder Error: column", "near SELECT a FROM b", "duckdb.Error", "Traceback (most recent",
        "in /root/x", "cannot read {folder}/events.parquet", "KeyError exception",
    ],
)  # fmt: skip
def test_what_leaks_is_found(attacked: Attacked, told: str) -> None:
    body = told.format(folder=attacked.folder).encode()
    kind = {"content-type": "text/plain; charset=utf-8"}
    assert attacked.find_leak("", 400, kind, body)
    assert not attacked.find_leak("", 400, kind, b"q='x': use 1 to 100 printable characters")
