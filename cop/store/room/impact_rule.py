"""The file of the rules of impact levels: read, checked, and read again when it changes."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from cop.errors import SettingsError
from cop.model.impact_rule import RuleBook

_MOST_BYTES: Final = 200_000
_REMEDY: Final = "see docs/impact.md"


def read_rules(path: Path) -> RuleBook:
    """Read the rules of a YAML file.

    SettingsError names the file, the rule and the value, and what to do.
    """
    try:
        stat = path.stat()
        if stat.st_size > _MOST_BYTES:
            raise SettingsError(
                f"{path}: {stat.st_size:,} bytes are too many for a file of rules: "
                f"use at most {_MOST_BYTES:,}"
            )
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        stated = " ".join(str(fault).split())
        raise SettingsError(f"{path}: the rules cannot be read: {stated}; {_REMEDY}") from fault


@lru_cache(4)
def _read(path: Path, _changed_ns: int, _size: int) -> RuleBook:
    stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return RuleBook.model_validate(stored)
    except ValidationError as fault:
        raise SettingsError(_describe(path, stored, fault)) from fault


def _describe(path: Path, stored: Any, fault: ValidationError) -> str:
    """Name the first fault: the file, the rule, where in it, the value and what to do."""
    first = fault.errors()[0]
    where = [str(part) for part in first["loc"] if part != "[key]"]
    named = _rule_name(stored, first["loc"])
    if named is not None:
        where = [f"rule {named}", *where[2:]]
    place = ".".join(where)
    value = first["input"]
    # Of a whole section the fault's own words name what is wrong.
    stated = "" if isinstance(value, dict | list) else f" is {str(value)[:60]!r}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: {place}{stated}: {message}; {_REMEDY}" if place else f"{path}: {message}"


def _rule_name(stored: Any, place: tuple[int | str, ...]) -> str | None:
    """Return the name of the rule that a fault lies in, its number where it has none."""
    match place:
        case ("rules", int(number), *_):
            rule = stored["rules"][number]
            name = rule.get("name") if isinstance(rule, dict) else None
            return repr(str(name)[:60]) if name else f"number {number + 1}"
    return None
