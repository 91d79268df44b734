"""The expressions over a feature's properties that pydeck hands to deck.gl."""

import json
from collections.abc import Callable
from typing import TypeVar

from cop.model.scale import ByClass, ByStep, Constant, Scale
from cop.model.style import read_rgba

T = TypeVar("T")
Expression = str | float | list[int]


def write_property(name: str) -> str:
    """Return a property of a feature."""
    return f"properties[{write_text(name)}]"


def write_text(value: str) -> str:
    """Return a text; the reader of expressions knows no escapes of letters."""
    return json.dumps(value, ensure_ascii=False)


def write_colors(colors: Scale[str]) -> str | list[int]:
    """Return colors as red, green, blue and alpha: a constant or an expression."""
    if isinstance(colors, Constant):
        return list(read_rgba(colors.value))
    return _write(colors, write_color)


def write_color(color: str) -> str:
    """Return one color within an expression."""
    return json.dumps(read_rgba(color), separators=(",", ":"))


def write_numbers(numbers: Scale[float], factor: float = 1) -> str | float:
    """Return numbers, each times ``factor``: a constant or an expression."""
    if isinstance(numbers, Constant):
        return numbers.value * factor
    return _write(numbers, lambda value: f"{value * factor:g}")


def _write(scale: ByClass[T] | ByStep[T], write: Callable[[T], str]) -> str:
    name = write_property(scale.property)
    if isinstance(scale, ByClass):
        tests = (f"{name}=={write_text(text)}?{write(v)}:" for text, v in scale.values.items())
        return f"{''.join(tests)}{write(scale.other)}"
    steps = (
        f"{name}<{edge:g}?{write(value)}:"
        for edge, value in zip(scale.breaks, scale.values, strict=False)
    )
    return f"{name}==null?{write(scale.unknown)}:{''.join(steps)}{write(scale.values[-1])}"
