"""The drawn entries of the milsymbol package, found without holding its tables in memory."""

import gzip
import json
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any, Final

NUMBERS, LETTERS = "number-data.json.gz", "letter-data.json.gz"
_MODIFIERS: Final = "modifier-data.json.gz"
_CHUNK = 1 << 20
_LONGEST = 1 << 16
"""The longest entry of the tables has 14 KB."""
_KEY: Final = re.compile(rb'"([0-9A-Z-]{10,20})": ?\{"di"')

Entry = dict[str, Any]


def find_entries(table: str, keys: Collection[str]) -> dict[str, Entry]:
    """Return those of the requested entries that a table has, in one pass.

    Unpacked the two tables are 30 and 66 MB of JSON, as objects of Python half a gigabyte.
    """
    requested = {key.encode() for key in keys}
    found: dict[str, Entry] = {}
    buffer = b""
    with (files("milsymbol") / "data" / table).open("rb") as packed, gzip.open(packed) as file:
        while requested:
            chunk = file.read(_CHUNK)
            buffer += chunk
            whole = len(buffer) - (_LONGEST if chunk else 0)
            for key in _KEY.finditer(buffer):
                if key[1] in requested and key.start() < whole:
                    found[key[1].decode()] = _decode(buffer[key.start() : key.start() + _LONGEST])
                    requested.discard(key[1])
            buffer = buffer[-_LONGEST:]
            if not chunk:
                break
    return found


@cache
def read_modifiers() -> dict[str, Any]:
    """Return the drawn modifiers of symbols by set, affiliation, place and number."""
    with (files("milsymbol") / "data" / _MODIFIERS).open("rb") as packed, gzip.open(packed) as file:
        found: dict[str, Any] = json.load(file)
    return found


def _decode(text: bytes) -> Entry:
    found: Entry
    found, _ = json.JSONDecoder().raw_decode(text.decode("utf-8", "ignore"), text.index(b"{"))
    return found
