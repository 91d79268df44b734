"""CQL2 text as a condition of SQL: names of queryables alone, every value bound.

The grammar is that of OGC 21-065r2 without arithmetic, arrays and functions of a server's own. It
is LALR: the time that a text takes grows with its length, however it is nested.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput, VisitError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from cop.errors import FilterError
from cop.model.moment import parse_moment
from cop.query.item.table import SHAPE, PropertyKind
from cop.store.engine import quote

LONGEST_EXPRESSION: Final = 4_000
MOST_NESTED: Final = 30
MOST_WILDCARDS: Final = 10
GEOMETRY: Final = "geometry"
"""What a filter calls the shape of a feature."""
SPATIAL: Final[Mapping[str, str]] = {
    "S_INTERSECTS": "ST_Intersects",
    "S_WITHIN": "ST_Within",
    "S_CONTAINS": "ST_Contains",
    "S_DISJOINT": "ST_Disjoint",
    "S_EQUALS": "ST_Equals",
    "S_TOUCHES": "ST_Touches",
    "S_CROSSES": "ST_Crosses",
    "S_OVERLAPS": "ST_Overlaps",
}
TEMPORAL: Final = ("T_AFTER", "T_BEFORE", "T_DURING", "T_EQUALS", "T_INTERSECTS", "T_DISJOINT")
_GRAMMAR: Final = r"""
start: condition
?condition: conjunction ("OR"i conjunction)* -> either
?conjunction: factor ("AND"i factor)* -> both
?factor: "NOT"i primary -> negated
    | primary
?primary: predicate
    | "(" condition ")"
    | TRUTH -> truth
?predicate: scalar COMPARISON scalar -> compared
    | scalar "LIKE"i scalar -> like
    | scalar "NOT"i "LIKE"i scalar -> not_like
    | scalar "BETWEEN"i scalar "AND"i scalar -> between
    | scalar "NOT"i "BETWEEN"i scalar "AND"i scalar -> not_between
    | scalar "IN"i "(" scalar ("," scalar)* ")" -> within
    | scalar "NOT"i "IN"i "(" scalar ("," scalar)* ")" -> not_within
    | scalar "IS"i "NULL"i -> empty
    | scalar "IS"i "NOT"i "NULL"i -> not_empty
    | SPATIAL "(" place "," place ")" -> spatial
    | TEMPORAL "(" moment "," moment ")" -> temporal
?scalar: property
    | STRING -> text
    | NUMBER -> number
    | TRUTH -> flag
    | "DATE"i "(" STRING ")" -> date
    | "TIMESTAMP"i "(" STRING ")" -> timestamp
    | "CASEI"i "(" scalar ")" -> casei
property: NAME | QUOTED
?place: property
    | SHAPE_NAME coordinates -> shape
    | "BBOX"i "(" NUMBER ("," NUMBER)* ")" -> box
coordinates: "(" piece ("," piece)* ")"
?piece: coordinates
    | NUMBER+ -> position
    | SHAPE_NAME coordinates -> inner_shape
?moment: property
    | "DATE"i "(" STRING ")" -> date
    | "TIMESTAMP"i "(" STRING ")" -> timestamp
    | "INTERVAL"i "(" bound "," bound ")" -> interval
bound: property | STRING

TRUTH.3: /(true|false)\b/i
COMPARISON: "<=" | ">=" | "<>" | "=" | "<" | ">"
SPATIAL.3: /s_(intersects|within|contains|disjoint|equals|touches|crosses|overlaps)\b/i
TEMPORAL.3: /t_(after|before|during|equals|intersects|disjoint)\b/i
SHAPE_NAME.3: /(multi)?(point|linestring|polygon)\b|geometrycollection\b/i
NUMBER: /[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/i
STRING: /'([^']|'')*'/
QUOTED: /"[^"]+"/
NAME: /[a-z_][\w.:]*/i
%ignore /[ \t\r\n]+/
"""
_QUOTED_PARTS: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_LOWEST, _HIGHEST = datetime(1, 1, 1), datetime(9999, 12, 31)
_WORDS: Final[Mapping[PropertyKind, str]] = {
    "text": "text in single quotes",
    "number": "a number",
    "whole": "a whole number",
    "flag": "true or false",
    "moment": "a moment: TIMESTAMP('2026-01-31T00:00:00Z') or DATE('2026-01-31')",
}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition of SQL over an ItemTable, and what it binds."""

    sql: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Scalar:
    kind: PropertyKind
    sql: str = ""
    name: str = ""
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class _Interval:
    start: datetime
    end: datetime


def build_condition(
    text: str,
    kinds: Mapping[str, PropertyKind],
    *,
    to_lon_lat: Callable[[BaseGeometry], BaseGeometry] = lambda shape: shape,
) -> Condition:
    """Return the condition that CQL2 text states over properties of these kinds.

    ``to_lon_lat`` brings its shapes to EPSG:4326, lon before lat. Raise FilterError that says what
    is not valid.
    """
    _check_size(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as fault:
        raise _misread(text, fault) from fault
    except LarkError as fault:
        raise FilterError("filter: not valid CQL2 text") from fault
    compiler = _Compiler(kinds, to_lon_lat)
    try:
        sql = str(compiler.transform(tree))
    except VisitError as fault:
        if isinstance(fault.orig_exc, FilterError):
            raise fault.orig_exc from fault
        raise
    return Condition(sql=sql, values=compiler.values)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _check_size(text: str) -> None:
    if len(text) > LONGEST_EXPRESSION:
        raise FilterError(f"filter has {len(text)} characters: use at most {LONGEST_EXPRESSION}")
    nested = deepest = 0
    for letter in _QUOTED_PARTS.sub("", text):
        nested += {"(": 1, ")": -1}.get(letter, 0)
        deepest = max(deepest, nested)
    if deepest > MOST_NESTED:
        raise FilterError(f"filter is nested {deepest} deep: use at most {MOST_NESTED}")


def _misread(text: str, fault: UnexpectedInput) -> FilterError:
    at = fault.pos_in_stream
    rest = "" if at is None or at < 0 else text[at : at + 20]
    where = f"at {rest!r}" if rest else "at its end"
    return FilterError(
        f"filter: not CQL2 text {where}: use comparisons, LIKE, BETWEEN, IN, IS NULL, "
        f"{', '.join(SPATIAL)}, {', '.join(TEMPORAL)} and CASEI, with AND, OR and NOT"
    )


@v_args(inline=True)
class _Compiler(Transformer[Token, Any]):
    """Turns the tree of an expression into SQL, from its leaves up."""

    def __init__(
        self,
        kinds: Mapping[str, PropertyKind],
        to_lon_lat: Callable[[BaseGeometry], BaseGeometry],
    ) -> None:
        super().__init__()
        self._kinds, self._to_lon_lat = kinds, to_lon_lat
        self.values: dict[str, Any] = {}

    def start(self, condition: str) -> str:
        return condition

    def either(self, *parts: str) -> str:
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def both(self, *parts: str) -> str:
        return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"

    def negated(self, part: str) -> str:
        return f"(NOT {part})"

    def truth(self, word: Token) -> str:
        return word.lower()

    def property(self, token: Token) -> _Scalar:
        name = str(token)[1:-1] if token.type == "QUOTED" else str(token)
        if name == GEOMETRY:
            return _Scalar(kind="list", name=name)
        if name not in self._kinds:
            known = ", ".join((*self._kinds, GEOMETRY))
            raise FilterError(f"filter: property {name[:40]!r} is unknown: use {known[:600]}")
        return _Scalar(kind=self._kinds[name], sql=quote(name), name=name)

    def text(self, token: Token) -> _Scalar:
        return _Scalar(kind="text", value=_unquote(token))

    def number(self, token: Token) -> _Scalar:
        return _Scalar(kind="number", value=_read_number(token))

    def flag(self, token: Token) -> _Scalar:
        return _Scalar(kind="flag", value=token.lower() == "true")

    def date(self, token: Token) -> _Scalar:
        return _Scalar(kind="moment", value=parse_moment(_unquote(token), name="filter: date"))

    def timestamp(self, token: Token) -> _Scalar:
        return _Scalar(kind="moment", value=parse_moment(_unquote(token), name="filter: timestamp"))

    def casei(self, inner: _Scalar) -> _Scalar:
        if inner.kind != "text":
            raise FilterError(f"filter: CASEI takes text, {_name(inner)} is none")
        sql = inner.sql or self._bind(inner.value)
        return _Scalar(kind="text", sql=f"lower({sql})", name=inner.name)

    def compared(self, left: _Scalar, operator: Token, right: _Scalar) -> str:
        one, other = self._match(left, right)
        if "flag" in (left.kind, right.kind) and operator not in ("=", "<>"):
            raise FilterError("filter: true and false are compared by = and <>")
        return f"({one} {operator} {other})"

    def like(self, scalar: _Scalar, pattern: _Scalar) -> str:
        words = pattern.sql
        if scalar.kind != "text" or pattern.kind != "text" or (words and pattern.name):
            raise FilterError("filter: LIKE compares text with a pattern in single quotes")
        if isinstance(pattern.value, str):
            _check_pattern(pattern.value)
            words = self._bind(pattern.value)
        return f"({scalar.sql or self._bind(scalar.value)} LIKE {words} ESCAPE '\\')"

    def not_like(self, scalar: _Scalar, pattern: _Scalar) -> str:
        return f"(NOT {self.like(scalar, pattern)})"

    def between(self, scalar: _Scalar, low: _Scalar, high: _Scalar) -> str:
        one, least = self._match(scalar, low)
        _, most = self._match(scalar, high)
        return f"({one} BETWEEN {least} AND {most})"

    def not_between(self, scalar: _Scalar, low: _Scalar, high: _Scalar) -> str:
        return f"(NOT {self.between(scalar, low, high)})"

    def within(self, scalar: _Scalar, *options: _Scalar) -> str:
        pairs = [self._match(scalar, option) for option in options]
        return f"({pairs[0][0]} IN ({', '.join(other for _, other in pairs)}))"

    def not_within(self, scalar: _Scalar, *options: _Scalar) -> str:
        return f"(NOT {self.within(scalar, *options)})"

    def empty(self, scalar: _Scalar) -> str:
        if not scalar.name:
            raise FilterError("filter: IS NULL is asked of a property")
        return f"({scalar.sql or SHAPE} IS NULL)"

    def not_empty(self, scalar: _Scalar) -> str:
        return f"(NOT {self.empty(scalar)})"

    def position(self, *numbers: Token) -> str:
        return " ".join(numbers)

    def coordinates(self, *pieces: str) -> str:
        return f"({', '.join(pieces)})"

    def inner_shape(self, name: Token, coordinates: str) -> str:
        return f"{name} {coordinates}"

    def shape(self, name: Token, coordinates: str) -> BaseGeometry:
        text = f"{name} {coordinates}"
        try:
            with np.errstate(over="ignore"):
                found = shapely.from_wkt(text.upper())
        except ShapelyError as fault:
            raise FilterError(f"filter: {text[:60]!r} is no shape in WKT") from fault
        return self._place(found, text)

    def box(self, *numbers: Token) -> BaseGeometry:
        edges = [_read_number(one) for one in numbers]
        if len(edges) == 6:  # noqa: PLR2004 with heights
            edges = [edges[0], edges[1], edges[3], edges[4]]
        if len(edges) != 4 or edges[0] > edges[2] or edges[1] > edges[3]:  # noqa: PLR2004
            raise FilterError("filter: BBOX takes west, south, east, north")
        return self._place(shapely.box(*edges), "BBOX")

    def _place(self, shape: BaseGeometry, text: str) -> BaseGeometry:
        if shape.is_empty or not shape.is_valid or not np.isfinite(shape.bounds).all():
            raise FilterError(f"filter: {text[:60]!r} is empty, endless or crosses itself")
        found = self._to_lon_lat(shape)
        if not np.isfinite(found.bounds).all():
            raise FilterError(f"filter: {text[:60]!r} lies outside of its system")
        return found

    def spatial(self, function: Token, *sides: Any) -> str:
        words = []
        for side in sides:
            if isinstance(side, _Scalar):
                if side.name != GEOMETRY:
                    raise FilterError(f"filter: {function} asks of {GEOMETRY}, not of {side.name}")
                words.append(SHAPE)
            else:
                bound = self._bind(shapely.to_wkt(side, rounding_precision=-1))
                words.append(f"ST_GeomFromText({bound})")
        return f"{SPATIAL[function.upper()]}({', '.join(words)})"

    def bound(self, token: Any) -> datetime | None:
        if not isinstance(token, Token):
            raise FilterError("filter: INTERVAL takes moments in single quotes, or '..'")
        words = _unquote(token)
        return None if words in ("..", "") else parse_moment(words, name="filter: interval")

    def interval(self, start: datetime | None, end: datetime | None) -> _Interval:
        return _Interval(start=start or _LOWEST, end=end or _HIGHEST)

    def temporal(self, function: Token, left: Any, right: Any) -> str:
        name = function.upper()
        if isinstance(left, _Scalar) and isinstance(right, _Scalar):
            one, other = self._match(left, right)
            if left.kind != "moment":
                raise FilterError(f"filter: {name} asks of moments, {_name(left)} is none")
            if name == "T_DURING":
                raise FilterError("filter: T_DURING takes a property and an INTERVAL")
            sign = {"T_AFTER": ">", "T_BEFORE": "<", "T_DISJOINT": "<>"}.get(name, "=")
            return f"({one} {sign} {other})"
        if isinstance(left, _Interval) or left.kind != "moment" or not left.name:
            raise FilterError(f"filter: {name} takes a property that is a moment first")
        if name == "T_AFTER":
            return f"({left.sql} > {self._bind(right.end)})"
        if name == "T_BEFORE":
            return f"({left.sql} < {self._bind(right.start)})"
        start, end = self._bind(right.start), self._bind(right.end)
        inside = f"({left.sql} >= {start} AND {left.sql} <= {end})"
        return {
            "T_DURING": f"({left.sql} > {start} AND {left.sql} < {end})",
            "T_EQUALS": f"({inside} AND {start} = {end})",
            "T_INTERSECTS": inside,
            "T_DISJOINT": f"(NOT {inside})",
        }[name]

    def _match(self, left: _Scalar, right: _Scalar) -> tuple[str, str]:
        """Return the SQL of two scalars that can be compared."""
        for one in (left, right):
            if one.kind == "list":
                raise FilterError(f"filter: {one.name} cannot be compared")
        if _sort(left.kind) != _sort(right.kind):
            if "moment" in (left.kind, right.kind):
                left, right = _as_moment(left), _as_moment(right)
            if _sort(left.kind) != _sort(right.kind):
                named, stated = (left, right) if left.name else (right, left)
                raise FilterError(
                    f"filter: {_name(named)} is compared with {_WORDS[named.kind]}, "
                    f"not with {_name(stated)}"
                )
        return left.sql or self._bind(left.value), right.sql or self._bind(right.value)

    def _bind(self, value: Any) -> str:
        name = f"cql{len(self.values)}"
        self.values[name] = value
        kind = {str: "VARCHAR", float: "DOUBLE", bool: "BOOLEAN"}.get(type(value), "TIMESTAMP")
        return f"${name}::{kind}"


def _sort(kind: PropertyKind) -> str:
    return "number" if kind == "whole" else kind


def _as_moment(scalar: _Scalar) -> _Scalar:
    """Return text that is stated as the moment that it names; anything else as it is."""
    if scalar.kind != "text" or scalar.sql:
        return scalar
    return _Scalar(kind="moment", value=parse_moment(scalar.value, name="filter"))


def _name(scalar: _Scalar) -> str:
    return scalar.name or repr(scalar.value)[:40]


def _unquote(token: Token) -> str:
    return str(token)[1:-1].replace("''", "'")


def _read_number(token: Token) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise FilterError(f"filter: {token[:40]} is too large")
    return value


def _check_pattern(pattern: str) -> None:
    """Refuse a pattern that is not whole, or that takes long to compare with a long text."""
    if pattern.count("%") > MOST_WILDCARDS:
        raise FilterError(f"filter: a pattern of LIKE has at most {MOST_WILDCARDS} times %")
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise FilterError("filter: a pattern of LIKE ends with a single backslash; write two")
