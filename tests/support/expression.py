"""The expressions that the map gets, read as deck.gl reads them."""

import json
import re
from collections.abc import Mapping
from typing import Any

_TEST = re.compile(r'properties\["((?:[^"\\]|\\.)*)"\](==|<)')


def evaluate(expression: Any, properties: Mapping[str, Any]) -> Any:
    """The value of a constant or an expression for a feature."""
    if not isinstance(expression, str) or not expression.startswith("@@="):
        return expression
    value, rest = _value(expression.removeprefix("@@="), properties)
    assert not rest, f"{rest!r} is left of {expression!r}"
    return value


def _value(text: str, properties: Mapping[str, Any]) -> tuple[Any, str]:
    """A value, perhaps one of a choice, and what follows it."""
    if _TEST.match(text):
        holds, text = _condition(text, properties)
        first, text = _value(text.removeprefix("?"), properties)
        second, text = _value(text.removeprefix(":"), properties)
        return (first if holds else second), text
    if text.startswith("("):
        value, text = _value(text[1:], properties)
        return value, text.removeprefix(")")
    if named := re.match(r'properties\[("(?:[^"\\]|\\.)*")\]', text):
        return properties.get(json.loads(named[1])), text[named.end() :]
    return _literal(text)


def _condition(text: str, properties: Mapping[str, Any]) -> tuple[bool, str]:
    holds = False
    while found := _TEST.match(text):
        own = properties.get(json.loads(f'"{found[1]}"'))
        other, text = _literal(text[found.end() :])
        holds = holds or (own == other if found[2] == "==" else own is not None and own < other)
        text = text.removeprefix("||")
    return holds, text


def _literal(text: str) -> tuple[Any, str]:
    value, end = json.JSONDecoder().raw_decode(text)
    return value, text[end:]
