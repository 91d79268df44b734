"""Cells about persons: mail addresses, phones and documents, by the way that they are written."""

import re
from collections.abc import Sequence
from datetime import date

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # A mail address.
        r"[^@\s\"'<>]{1,64}@[A-Za-z0-9][A-Za-z0-9.\-]*\.[A-Za-z]{2,}",
        # Phones with a country's code, of North America, Mexico, Hungary and Serbia.
        r"(?<![\w+])(?:\+|00(?=\d{2,3}[ \-/]))\d{1,3}[ \-/(]{0,2}\d[\d \-/()]{5,16}\d(?![\w.])",
        r"\+\d{1,3}\.\d{3}\.\d{3}\.\d{4}\b",
        r"(?<![\w.\-])\(?\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}(?![\w\-])",
        r"(?<![\w.\-])\(?\d{3}\)?[ \-]\d{3}[ \-]\d{2}[ \-]\d{2}(?![\w\-])",
        r"(?<![\w.\-])\(?\d{2}\)?[ \-]\d{4}[ \-]\d{4}(?![\w\-])",
        r"(?<![\w.\-])06[ \-/]?\(?\d{1,2}\)?[ \-/]?\d{3}[ \-]\d{3,4}(?![\w\-])",
        r"(?<![\w.\-])(?:20|30|31|50|70)/\d{3}-?\d{4}(?![\w\-])",
        r"(?<![\w.\-])0[1-3]\d[ /\-]\d{3}[ \-]\d{3,4}(?![\w\-])",
        r"(?<![\w.\-])06\d[ /\-]\d{3}[ \-]?\d{2}[ \-]?\d{1,2}(?![\w\-])",
        # Numbers of social security and of aliens, United States.
        r"(?<![\w.\-])\d{3}-\d{2}-\d{4}(?![\w\-])",
        r"(?<![A-Za-z0-9])A[ \-#]{0,2}\d{3}[ \-]?\d{3}[ \-]?\d{2,3}(?![A-Za-z0-9])",
        # CURP and the key of a voter, Mexico.
        r"\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d\b",
        r"\b[A-Z]{6}\d{8}[HM]\d{3}\b",
        # The personal number, Hungary.
        r"(?<![\w\-])[1-8]-\d{6}-\d{4}(?![\w\-])",
        # The lines of a passport that machines read.
        r"\b[PIV][A-Z<][A-Z]{3}[A-Z]+<[A-Z<]{5,}",
    )
)
_JMBG = re.compile(r"(?<!\d)\d{12,13}(?!\d)")
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def holds_personal_cells(cells: Sequence[str], *, share: float) -> bool:
    """Return whether at least a share of the cells holds what belongs to one person."""
    return bool(cells) and sum(map(is_personal_cell, cells)) >= share * len(cells)


def is_personal_cell(text: str) -> bool:
    """Return whether a cell holds a mail address, a phone or the number of a person's document."""
    return any(pattern.search(text) for pattern in _PATTERNS) or any(
        map(is_jmbg, _JMBG.findall(text))
    )


def is_jmbg(digits: str) -> bool:
    """Return whether digits are a Serbian personal number: a date of birth and a check digit.

    A leading zero may be missing, as in a column of numbers.
    """
    full = digits.zfill(13)
    year = int(full[4:7])
    try:
        date(year + (1_000 if year > 800 else 2_000), int(full[2:4]), int(full[:2]))  # noqa: PLR2004 of 1900
    except ValueError:
        return False
    rest = sum(w * int(d) for w, d in zip(_WEIGHTS, full, strict=False)) % 11
    return int(full[12]) == (11 - rest) % 11 % 10 and rest != 1
