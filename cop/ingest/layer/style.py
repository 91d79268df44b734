"""Styles: read from a file, or derived from the data where none is stated."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cop.errors import LayerError
from cop.model.style import Shape
from cop.model.styling import (
    MOST_CLASSES,
    ClassWords,
    FillWords,
    PaintWords,
    StyleWords,
    class_paints,
)
from cop.model.symbol import TITLES, read_cot
from cop.store.dataset.feature_column import ColumnFacts

MOST_FREQUENT, STEPS = MOST_CLASSES, 4
_MOST_SHAPES = 8
_COT = "type"
_FEWEST_NUMBERS = 6
_FAVOURED, _LONGEST = 12, 100
_OTHER: PaintWords = ("#9aa5b1", "#7a8591")
_LONGEST_FILE = 200_000
_SHAPES: tuple[Shape, ...] = (
    "circle",
    "square",
    "triangle",
    "diamond",
    "plus",
    "star",
    "wedge",
    "cross",
)


def read_style(text: str, *, name: str) -> StyleWords:
    """Read a style from YAML or JSON; LayerError names the word that cannot be taken."""
    if len(text) > _LONGEST_FILE:
        raise LayerError(f"{name}: {len(text):,} characters are too many for a style")
    try:
        content: Any = json.loads(text) if text.lstrip().startswith("{") else _read_yaml(text)
        return StyleWords.model_validate(content)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise LayerError(f"{name}: {explain(fault)}") from fault


def _read_yaml(text: str) -> Any:
    """Read YAML without aliases: a few lines of them may expand beyond memory."""
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
        raise ValueError("aliases are not supported: repeat the content")
    return yaml.safe_load(text)


def explain(fault: Exception) -> str:
    """Return in one line what is wrong with a declaration."""
    if not isinstance(fault, ValidationError):
        return " ".join(str(fault).split())[:300]
    # Of the ways in which a word may be written the one that was tried got furthest.
    first = max(fault.errors(), key=lambda e: (e["type"] == "value_error", len(e["loc"])))
    names = [str(part) for part in first["loc"]]
    where = ".".join(n for n in names if n.replace("_", "").isalnum() and n == n.lower())
    where = where or "the whole"
    return f"{where}={str(first['input'])[:60]!r}: {first['msg'].removeprefix('Value error, ')}"


def read_style_file(path: Path) -> StyleWords:
    """Read a style from a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise LayerError(f"{path}: cannot be read ({fault}); name a YAML or JSON file") from fault
    return read_style(text, name=path.name)


def build_style(
    columns: Sequence[ColumnFacts], *, points: bool, by: str | None = None
) -> StyleWords:
    """Return a style by the data: classes of few values, else a ramp of numbers, else one color.

    ``by`` names the column; without it the first that has classes, then the first of numbers.
    Types of Cursor-on-Target come first: each has the symbol of the standard.
    """
    chosen = [column for column in columns if by is None or column.name == by]
    if by is not None and not chosen:
        known = ", ".join(column.name for column in columns) or "none"
        raise LayerError(f"style: the layer has no column {by!r}; it has: {known}")
    typed = next((c for c in chosen if points and _has_types(c)), None)
    if typed is not None:
        return StyleWords(fill=_typed(typed))
    found = next((c for c in chosen if _has_classes(c)), None)
    if found is not None:
        return StyleWords(fill=_classes(found, points=points))
    found = next((c for c in chosen if _has_ramp(c)), None)
    if found is not None:
        return StyleWords(fill=_ramp(found))
    if by is not None:
        raise LayerError(f"style: column {by!r} has neither few values nor numbers to color by")
    return StyleWords()


def _has_classes(column: ColumnFacts) -> bool:
    few = 1 < column.distinct <= _FAVOURED
    values = [value for value, _ in column.frequent[:_MOST_SHAPES]]
    short = all(0 < len(value) <= _LONGEST and value.isprintable() for value in values)
    return column.kind in ("VARCHAR", "BOOLEAN") and few and short and len(column.frequent) > 1


def _has_ramp(column: ColumnFacts) -> bool:
    return column.distinct >= _FEWEST_NUMBERS and len(_breaks(column)) > 1


def _breaks(column: ColumnFacts) -> tuple[float, ...]:
    """Round the quantiles to three digits where they stay apart."""
    rounded = [float(f"{value:.3g}") for value in column.quantiles]
    apart = all(low < high for low, high in pairwise(rounded))
    return tuple(dict.fromkeys(rounded if apart else sorted(column.quantiles)))


def _has_types(column: ColumnFacts) -> bool:
    values = [value for value, _ in column.frequent]
    short = all(0 < len(value) <= _LONGEST and value.isprintable() for value in values)
    return column.name == _COT and short and any(read_cot(value) for value in values)


def _typed(column: ColumnFacts) -> FillWords:
    """Return a symbol for each type of Cursor-on-Target; one that cannot be drawn gets a shape."""
    from cop.ingest.symbol.draw import find_drawn

    paints = class_paints(len(column.frequent))
    codes = {value: read_cot(value) for value, _ in column.frequent}
    drawn = find_drawn(code for code in codes.values() if code is not None)
    classes = []
    for (value, _), paint in zip(column.frequent, paints, strict=True):
        symbol = codes[value] if codes[value] in drawn else None
        classes.append(
            ClassWords(
                value=value,
                label=TITLES.get(symbol or "", ""),
                paint=(paint.dark, paint.light),
                symbol=symbol,
                shape=None if symbol else "circle",
            )
        )
    others = column.distinct > len(classes)
    return FillWords(
        property=column.name,
        classes=tuple(classes),
        other=_OTHER,
        other_label="Other" if others else None,
    )


def _classes(column: ColumnFacts, *, points: bool) -> FillWords:
    values = [value for value, _ in column.frequent[:_MOST_SHAPES]]
    others = column.distinct > len(values)
    paints = class_paints(len(values))
    return FillWords(
        property=column.name,
        classes=tuple(
            ClassWords(
                value=value,
                paint=(paint.dark, paint.light),
                shape=_SHAPES[i % len(_SHAPES)] if points else None,
            )
            for i, (value, paint) in enumerate(zip(values, paints, strict=True))
        ),
        other=_OTHER,
        other_label="Other" if others else None,
    )


def _ramp(column: ColumnFacts) -> FillWords:
    whole = column.whole and all(value == int(value) for value in _breaks(column))
    return FillWords(property=column.name, breaks=_breaks(column), whole=whole)
