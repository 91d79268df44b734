"""Cells of a column: of which kind all of them are, and reading them as that."""

import json
import math
from decimal import ROUND_DOWN, Context, Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cop.model.upload import Kind

_WHOLE = r"^\s*[+-]?\d{1,19}\s*$"
_LONG = r"(?:\d\D*){16}|[eE]"
"""Numbers that a double may not hold: of 16 digits and more, or with an exponent."""
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$"
_CODE = r"^\s*[+-]?0\d"
_WORDS = {"true": True, "false": False}
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_MOST_DIGITS, _DOUBLE_DIGITS = 19, 17
_LEAST, _BLANK, _DELETE = 0x20, (0x09, 0x0A, 0x0D), 0x7F
_ARROW: dict[Kind, pa.DataType] = {
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
}


def arrow_type(kind: Kind) -> pa.DataType:
    """Return Arrow's type of a kind."""
    return _ARROW[kind]


def kind_of(given: pa.DataType) -> Kind | None:
    """Return the kind of cells that have a type already; None where they cannot be kept."""
    if pa.types.is_dictionary(given):
        return kind_of(given.value_type)
    types = pa.types
    tests: tuple[tuple[bool, Kind | None], ...] = (
        (types.is_binary(given) or types.is_large_binary(given), None),
        (types.is_boolean(given), "BOOLEAN"),
        (types.is_integer(given), "BIGINT"),
        (types.is_floating(given), "DOUBLE"),
        (types.is_timestamp(given) or types.is_date(given), "TIMESTAMP"),
    )
    return next((kind for fits, kind in tests if fits), "VARCHAR")


def is_wide(given: pa.DataType) -> bool:
    """Return whether cells of a type may be numbers that neither BIGINT nor DOUBLE holds."""
    if pa.types.is_dictionary(given):
        return is_wide(given.value_type)
    return bool(pa.types.is_uint64(given) or pa.types.is_decimal(given))


def write_wide(given: pa.Array) -> pa.Array:
    """Return the numbers of a wide type as texts."""
    if pa.types.is_dictionary(given.type):
        given = given.dictionary_decode()
    return given.cast(pa.string())


def plain_cells(given: pa.Array, wide: Kind = "VARCHAR") -> pa.Array:
    """Return typed cells in the type of their kind: moments naive UTC, nested values JSON text.

    Those of a wide type are read as the kind ``wide``, which their values decide.
    """
    if is_wide(given.type):
        return read_texts(write_wide(given), wide)
    if pa.types.is_dictionary(given.type):
        given = given.dictionary_decode()
    kind = kind_of(given.type)
    if kind is None:
        return pa.nulls(len(given), pa.string())
    if kind == "TIMESTAMP":
        return _plain_moments(given)
    if kind == "VARCHAR" and pa.types.is_nested(given.type):
        texts = [None if v is None else json.dumps(v, default=str) for v in given.to_pylist()]
        return pa.array(texts, pa.string())
    return given.cast(_ARROW[kind], safe=False)


def _plain_moments(given: pa.Array) -> pa.Array:
    if pa.types.is_date(given.type):
        return given.cast(pa.timestamp("us"), safe=False)
    return given.cast(pa.timestamp("us", tz=given.type.tz), safe=False).cast(pa.timestamp("us"))


def narrow(cells: pa.Array, possible: set[Kind]) -> set[Kind]:
    """Return which of the kinds hold all of these texts as they are; VARCHAR always does."""
    given = cells.drop_null()
    if not len(given):
        return possible
    kept: set[Kind] = {"VARCHAR"}
    if "BOOLEAN" in possible and _all(_is_word(given)):
        kept.add("BOOLEAN")
    if {"BIGINT", "DOUBLE"} & possible and not _any(pc.match_substring_regex(given, _CODE)):
        if "BIGINT" in possible and _all(_is_whole(given)):
            kept.add("BIGINT")
        if "DOUBLE" in possible and _all(_is_number(given)) and not count_inexact(given):
            kept.add("DOUBLE")
    return kept & possible | {"VARCHAR"}


def count_inexact(cells: pa.Array) -> int:
    """Return how many of these texts are numbers that a double does not hold."""
    numbers = cells.filter(_is_number(cells))
    long = numbers.filter(pc.match_substring_regex(numbers, _LONG))
    # Most long numbers are doubles as a program writes them, the shortest way.
    shortest = read_numbers(long).cast(pa.string())
    others = long.filter(pc.not_equal(long, shortest))
    return sum(not is_exact(text) for text in others.to_pylist())


def is_exact(text: str) -> bool:
    """Return whether a double, written with as many digits as this number has, is the number.

    Of more digits than a double needs some programs cut off the last one instead of rounding it.
    """
    exact, value = Decimal(text.strip()), float(text)
    digits = len(exact.as_tuple().digits)
    if not math.isfinite(value):
        return False
    if Decimal(f"{value:.{digits - 1}e}") == exact:
        return True
    cut = Context(prec=digits, rounding=ROUND_DOWN).create_decimal(Decimal(value))
    return digits > _DOUBLE_DIGITS and cut == exact


def _is_number(cells: pa.Array) -> pa.Array:
    return pc.match_substring_regex(cells, _NUMBER)


def _is_whole(cells: pa.Array) -> pa.Array:
    """Return where texts are whole numbers that 64 bits hold."""
    fits = pc.match_substring_regex(cells, _WHOLE)
    long = pc.and_(fits, pc.match_substring_regex(cells, r"\d{19}"))
    if not _any(long):
        return fits
    exact = [
        len(text) < _MOST_DIGITS or -(1 << 63) <= int(text) < 1 << 63
        for text in pc.if_else(fits, cells, "0").to_pylist()
    ]
    return pc.and_(fits, pa.array(exact))


def read_texts(cells: pa.Array, kind: Kind) -> pa.Array:
    """Read texts as a kind; those that are none are null."""
    if kind == "VARCHAR":
        return cells
    trimmed = pc.utf8_trim_whitespace(cells)
    if kind == "BOOLEAN":
        return pc.if_else(_is_word(trimmed), pc.equal(pc.utf8_lower(trimmed), "true"), None)
    if kind == "BIGINT":
        usable = pc.if_else(_is_whole(trimmed), trimmed, pa.scalar(None, pa.string()))
        return pc.replace_substring_regex(usable, r"^\+", "").cast(pa.int64())
    return read_numbers(trimmed)


def read_numbers(cells: pa.Array, *, comma: bool = False) -> pa.Array:
    """Read texts as floats, null where they are none; with ``comma`` that parts the decimals."""
    trimmed = pc.utf8_trim_whitespace(cells)
    if comma:
        trimmed = pc.replace_substring(trimmed, ",", ".")
    fits = pc.match_substring_regex(trimmed, _NUMBER)
    usable = pc.if_else(fits, trimmed, pa.scalar(None, pa.string()))
    return pc.replace_substring_regex(usable, r"^\+", "").cast(pa.float64())


def clean_texts(cells: pa.Array) -> tuple[pa.Array, int]:
    """Replace NUL and control characters; return how many texts had any."""
    buffer = cells.buffers()[2]
    if buffer is None or not _has_control(np.frombuffer(buffer, dtype=np.uint8)):
        return cells, 0
    dirty = pc.match_substring_regex(cells, _CONTROL)
    count = pc.sum(dirty).as_py() or 0
    return (pc.replace_substring_regex(cells, _CONTROL, "\ufffd"), count) if count else (cells, 0)


def _has_control(content: npt.NDArray[np.uint8]) -> bool:
    low = (content < _LEAST) | (content == _DELETE)
    return bool(low.any()) and bool((~np.isin(content[low], _BLANK)).any())


def _is_word(cells: pa.Array) -> pa.Array:
    return pc.is_in(pc.utf8_lower(cells), pa.array(list(_WORDS)))


def _all(mask: pa.Array) -> bool:
    return bool(pc.all(mask).as_py())


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())
