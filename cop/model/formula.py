"""Texts that a spreadsheet would take for formulas."""

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula, or skips before one."""


def defuse(value: Any) -> Any:
    """Return a text so that no spreadsheet runs it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
