"""Features of a layer of an ArcGIS FeatureServer or MapServer, by their object ids, each once."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from cop.errors import InputFileError
from cop.ingest.remote.request import RemoteServer
from cop.model.moment import format_instant

LAYER: Final = re.compile(r"/(?:FeatureServer|MapServer)/\d+(?:/query)?/?$", re.IGNORECASE)
"""How the path of such a layer ends."""
_USUAL_PAGE: Final = 1_000
_MOST_PAGE: Final = 5_000
_NAME: Final = re.compile(r"\w{1,64}", re.ASCII)


def read_feature_server(server: RemoteServer, address: str) -> Iterator[dict[str, Any]]:
    """Yield the features of a layer as GeoJSON, dates as ISO 8601; InputFileError if not whole.

    ``address`` is that of the layer; ``where`` and ``token`` of its query are passed on.
    """
    parts = urlsplit(address)
    base = re.sub(r"/query/?$", "", parts.path.rstrip("/"), flags=re.IGNORECASE)
    layer = parts._replace(path=base, query="", fragment="").geturl()
    asked = {k: v for k, v in parse_qsl(parts.query) if k in ("where", "token")}
    token = {"token": asked["token"]} if "token" in asked else {}
    described = _ask(server, layer, {"f": "json", **token})
    where = asked.get("where", "1=1")
    listed = _ask(
        server, f"{layer}/query", {"f": "json", "where": where, "returnIdsOnly": "true", **token}
    )
    name, ids = _read_ids(layer, listed)
    dates = _list_dates(described)
    step = min(_read_size(described), _MOST_PAGE)
    for start in range(0, len(ids), step):
        wanted = ids[start : start + step]
        query = {
            "f": "geojson",
            "where": f"({where}) AND {name} >= {wanted[0]} AND {name} <= {wanted[-1]}",
            "outFields": "*",
            "outSR": "4326",
            **token,
        }
        features = _ask(server, f"{layer}/query", query).get("features")
        if not isinstance(features, list) or len(features) != len(wanted):
            came = len(features) if isinstance(features, list) else 0
            raise InputFileError(
                f"{layer}: {came} features came of {len(wanted)}: they changed meanwhile; try again"
            )
        yield from (_date(layer, feature, dates) for feature in features)


def _ask(server: RemoteServer, address: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return an answer; a fault is answered with status 200."""
    found = server.read_json(address, query)
    fault = found.get("error")
    if isinstance(fault, dict):
        words = str(fault.get("message", "no reason"))[:120]
        raise InputFileError(f"{address}: the server refuses: {words!r}")
    return found


def _read_ids(layer: str, listed: Mapping[str, Any]) -> tuple[str, list[int]]:
    name, ids = listed.get("objectIdFieldName"), listed.get("objectIds")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputFileError(f"{layer}: it names no field of object ids")
    # A layer without features answers null.
    found = ids if isinstance(ids, list) else []
    if not all(isinstance(one, int) for one in found):
        raise InputFileError(f"{layer}: its object ids are no whole numbers")
    return name, sorted(set(found))


def _read_size(described: Mapping[str, Any]) -> int:
    stated = described.get("maxRecordCount")
    return stated if isinstance(stated, int) and stated > 0 else _USUAL_PAGE


def _list_dates(described: Mapping[str, Any]) -> frozenset[str]:
    fields = described.get("fields")
    return frozenset(
        str(one.get("name"))
        for one in (fields if isinstance(fields, list) else [])
        if isinstance(one, dict) and one.get("type") == "esriFieldTypeDate"
    )


def _date(layer: str, feature: Any, dates: frozenset[str]) -> dict[str, Any]:
    """Return a feature with its dates, milliseconds since 1970 (UTC), as text."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise InputFileError(f"{layer}: a feature is no GeoJSON")
    properties = feature["properties"]
    for name in dates & properties.keys():
        value = properties[name]
        if isinstance(value, int | float):
            try:
                moment = datetime.fromtimestamp(value / 1_000, UTC).replace(tzinfo=None)
            except (ValueError, OverflowError, OSError) as fault:
                raise InputFileError(f"{layer}: {name}={value!r} is no date") from fault
            properties[name] = format_instant(moment)
    return feature
