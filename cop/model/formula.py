"""Texts that a spreadsheet would read as formulas."""

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Characters that start a formula in a spreadsheet, or that it skips before one."""


def defuse(value: Any) -> Any:
    """Return a text that no spreadsheet runs; anything else unchanged."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
