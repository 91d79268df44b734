"""Features of an OGC API collection, page by page, each once."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from cop.errors import InputFileError
from cop.ingest.remote.request import RemoteServer

_LIMIT: Final = "1000"
_MOST_PAGES: Final = 100_000


def read_collection(server: RemoteServer, address: str) -> Iterator[dict[str, Any]]:
    """Yield the features of a collection; InputFileError where they are not whole.

    ``address`` is that of the collection, or of its items with a filter.
    """
    parts = urlsplit(address)
    # A query may hold a token: no message has it.
    shown = address.partition("?")[0]
    path = parts.path.rstrip("/")
    path = path if path.endswith("/items") else f"{path}/items"
    asked = dict(parse_qsl(parts.query))
    query: dict[str, str] | None = {"limit": _LIMIT, "f": "json", **asked}
    page_at: str | None = parts._replace(path=path, query="", fragment="").geturl()
    seen, ids, matched, n = set[str](), set[str](), None, 0
    while page_at is not None:
        if page_at in seen or len(seen) > _MOST_PAGES:
            raise InputFileError(f"{shown}: its pages lead in a circle")
        seen.add(page_at)
        page = server.read_json(page_at, query)
        features = page.get("features")
        if page.get("type") != "FeatureCollection" or not isinstance(features, list):
            raise InputFileError(f"{shown}: no collection of an OGC API: its items are none")
        stated = page.get("numberMatched")
        matched = stated if matched is None and isinstance(stated, int) else matched
        for feature in features:
            _note_id(shown, feature, ids)
            n += 1
            yield feature
        page_at, query = _find_next(page_at, page), None
    if matched is not None and n != matched:
        raise InputFileError(
            f"{shown}: {n} features came of {matched}: they changed meanwhile; try again"
        )


def _note_id(address: str, feature: Any, ids: set[str]) -> None:
    if not isinstance(feature, dict):
        raise InputFileError(f"{address}: a feature is no JSON object")
    stated = feature.get("id")
    if stated is None:
        return
    if str(stated) in ids:
        raise InputFileError(
            f"{address}: feature {str(stated)[:40]!r} came twice: they changed meanwhile; try again"
        )
    ids.add(str(stated))


def _find_next(address: str, page: dict[str, Any]) -> str | None:
    links = page.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next" and "href" in link:
            return urljoin(address, str(link["href"]))
    return None
