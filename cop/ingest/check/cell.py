"""Cells of a whole column at once: numbers, words by a table, and JSON objects of several."""

from collections.abc import Mapping
from json.encoder import encode_basestring_ascii
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BETWEEN = ", "
_join = pc.binary_join_element_wise
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_PLAIN = r"^[ !#-\[\]-~]*$"
"""Text that JSON writes as it is, between quotes."""


def constant(value: Any, index: pd.Index) -> pd.Series:
    """Return a column of one value."""
    dtype: Any = "str" if isinstance(value, str) else object
    return pd.Series(value, index=index, dtype=dtype)


def parse_numbers(cells: pd.Series) -> pd.Series:
    """Read cells as ``pandas.to_numeric`` does, NaN where they are no number."""
    if not isinstance(cells.dtype, pd.StringDtype):
        return _to_numeric(cells)
    text = _arrow(cells)
    try:
        numbers, odd = _cast(text), None
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(text, _NUMBER)
        numbers = _cast(pc.if_else(plain, text, None))
        odd = pc.invert(plain).fill_null(False).to_numpy(zero_copy_only=False)
    if ((numbers == 0) & np.signbit(numbers)).any():
        # Among whole numbers alone pandas reads -0 as 0, Arrow never does.
        return _to_numeric(cells)
    if odd is not None:
        numbers[odd] = _to_numeric(cells[odd])
    return pd.Series(numbers, index=cells.index)


def _to_numeric(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells, errors="coerce").astype(float)


def translate(cells: pd.Series, words: Mapping[str, Any]) -> pd.Series:
    """Look up each cell in a table of words, None where it has no such word or is blank."""
    codes, found = pd.factorize(cells)
    values = [*map(words.get, found), None]
    if all(value is None or isinstance(value, str) for value in values):
        table = pa.array(values, pa.large_string())
        taken = table.take(pa.array(codes % len(values)))
        return taken.to_pandas().set_axis(cells.index)
    return pd.Series(np.array(values, dtype=object)[codes], index=cells.index)


def write_objects(columns: Mapping[str, pd.Series]) -> pd.Series:
    """Write each row as a JSON object of its cells of text, blank ones left out."""
    index = next(iter(columns.values())).index
    members = [_write_member(name, cells) for name, cells in columns.items()]
    inside = pc.utf8_slice_codeunits(_join(*members, _large("")), 0, -len(_BETWEEN))
    text = _join(_large("{"), inside, _large("}"), _large(""))
    return text.to_pandas().set_axis(index)


def _write_member(name: str, cells: pd.Series) -> pa.Array:
    """Return ``"name": "cell", `` for each cell, nothing for a blank one."""
    text = _arrow(cells)
    odd = pc.invert(pc.match_substring_regex(text, _PLAIN)).fill_null(False)
    written = _join(_large('"'), text, _large('"'), _large(""))
    if pc.any(odd).as_py():
        escaped = [encode_basestring_ascii(cell) for cell in text.filter(odd).to_pylist()]
        written = pc.replace_with_mask(written, odd, pa.array(escaped, pa.large_string()))
    key = _large(f"{encode_basestring_ascii(name)}: ")
    return _join(key, written, _large(_BETWEEN), _large("")).fill_null("")


def _large(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _arrow(cells: pd.Series) -> pa.Array:
    text = pa.array(cells, pa.large_string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _cast(text: pa.Array) -> Any:
    return pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False, writable=True)
