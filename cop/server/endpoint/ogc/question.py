"""What a request for features asks for: how many, after which, where, when, with which values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from cop.errors import FilterError
from cop.model.moment import parse_moment
from cop.query.item.crs import ItemCrs, find_crs, read_boxes
from cop.query.item.expression import build_condition
from cop.query.item.page import MOST_ITEMS, ItemFilter
from cop.query.item.table import PropertyKind
from cop.server.endpoint.ogc.answer import read_once

USUAL_LIMIT: Final = 100
LONGEST_ID: Final = 200
FILTER_LANG: Final = "cql2-text"
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_BARE_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_OPEN: Final = ("..", "")
_WORDS: Final[Mapping[PropertyKind, str]] = {
    "number": "a number",
    "whole": "a whole number",
    "flag": "true or false",
}
_MOST_EXACT: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class ItemQuestion:
    """A page of features that is asked for."""

    limit: int
    after: str | None
    crs: ItemCrs
    filter: ItemFilter


def read_question(
    request: Request, kinds: Mapping[str, PropertyKind], own: Mapping[str, str]
) -> ItemQuestion:
    """Read a question about properties of these kinds; ``own`` are parameters by that name."""
    crs = find_crs("crs", read_once(request, "crs"))
    bbox_crs = find_crs("bbox-crs", read_once(request, "bbox-crs"))
    bbox = read_once(request, "bbox")
    start, end = read_interval(read_once(request, "datetime"))
    return ItemQuestion(
        limit=read_limit(read_once(request, "limit")),
        after=_read_after(read_once(request, "after")),
        crs=crs,
        filter=ItemFilter(
            boxes=() if bbox is None else read_boxes(bbox, bbox_crs),
            start=start,
            end=end,
            equals={name: read_value(name, text, kinds[name]) for name, text in own.items()},
            condition=_read_condition(request, kinds),
        ),
    )


def read_limit(text: str | None) -> int:
    """Read how many features a page may have; more than there can be is the most there can be."""
    if text is None:
        return USUAL_LIMIT
    if not _WHOLE.fullmatch(text) or int(text) < 1:
        raise FilterError(f"limit={text[:40]!r}: use a whole number from 1 to {MOST_ITEMS}")
    return min(int(text), MOST_ITEMS)


def read_interval(text: str | None) -> tuple[datetime | None, datetime | None]:
    """Read ``datetime``: a moment or two ends, both included; a bare date is its whole day."""
    if text is None:
        return None, None
    ends = text.split("/")
    if len(ends) > 2:  # noqa: PLR2004 an interval has two ends
        raise FilterError(f"datetime={text[:60]!r}: use a moment, or two separated by /")
    if len(ends) == 1 and ends[0] in _OPEN:
        raise FilterError(f"datetime={text[:60]!r}: use a moment, or two separated by /")
    start = None if ends[0] in _OPEN else parse_moment(ends[0], name="datetime")
    end = None if ends[-1] in _OPEN else parse_moment(ends[-1], name="datetime")
    if end is not None and _BARE_DATE.fullmatch(ends[-1]):
        end += timedelta(days=1) - timedelta(microseconds=1)
    if start is not None and end is not None and start > end:
        raise FilterError(f"datetime={text[:60]!r}: it ends before it starts")
    return start, end


def read_value(name: str, text: str, kind: PropertyKind) -> Any:
    """Read the value that a property has to have."""
    wrong = FilterError(f"{name}={text[:40]!r} is not {_WORDS.get(kind, 'a value')}")
    if kind == "moment":
        return parse_moment(text, name=name)
    if kind == "flag":
        if text not in ("true", "false"):
            raise wrong
        return text == "true"
    if kind == "text":
        return text
    try:
        value = float(text)
    except ValueError as fault:
        raise wrong from fault
    if not abs(value) <= _MOST_EXACT:
        raise wrong
    return value


def _read_after(text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_ID:
        raise FilterError(f"after={text[:40]!r} is not an id: follow the link next of a page")
    return text


def _read_condition(request: Request, kinds: Mapping[str, PropertyKind]) -> Any:
    text, language = read_once(request, "filter"), read_once(request, "filter-lang")
    crs = find_crs("filter-crs", read_once(request, "filter-crs"))
    if language not in (None, FILTER_LANG):
        raise FilterError(f"filter-lang={str(language)[:40]!r}: use {FILTER_LANG}")
    if text is None:
        return None
    return build_condition(text, kinds, to_lon_lat=crs.to_lon_lat)
