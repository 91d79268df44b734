"""What the columns of a file mean: a column, or one value for every row, for each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import streamlit as st

from cop.ingest.mapping.field import (
    FIELDS,
    MOST_WORDS,
    MappedField,
    find_candidates,
    find_precision,
    match_word,
)
from cop.ingest.mapping.table import MappedTable
from cop.model.event import TIME_PRECISIONS
from cop.model.mapping import TIME, TargetKind
from cop.model.upload import ColumnSeen, Inspection
from cop.ui.page.save import as_text
from cop.ui.page.upload.widget import many, select, text
from cop.ui.page.upload.work import Incoming

COLUMN, EVERY, VALUE = "column:", "every:", "value"
_ABREAST = 3
Declared = dict[str, Any]


@dataclass
class _Form:
    """The answers so far: the words of a profile, and what is still missing."""

    incoming: Incoming
    kind: TargetKind
    columns: list[ColumnSeen]
    table: MappedTable
    declared: Declared
    lacking: list[str]

    def part(self, field: MappedField) -> str:
        """Name the widget of a field."""
        return f"map-{self.kind}-{field.name}"


def ask_columns(
    incoming: Incoming, seen: Inspection, table: MappedTable, kind: TargetKind
) -> tuple[Declared, list[str]]:
    """Ask what gives each field; return the words of a profile, and what is not answered yet."""
    declared: Declared = {"columns": {}, "values": {}, "maps": {}}
    columns = [column for column in seen.columns if column.name in table.columns]
    form = _Form(incoming, kind, columns, table, declared, [])
    _ask_all(form, [field for field in FIELDS[kind] if field.need])
    if kind == "events":
        if TIME not in table.given:
            form.lacking.append("the time column (Import settings)")
        declared["time"] = {"precision": _ask_precision(incoming, seen, form.lacking)}
    further = [field for field in FIELDS[kind] if not field.need]
    with st.expander("More fields", expanded=_is_any_answered(form, further)):
        _ask_all(form, further)
    if kind == "events":
        declared["attributes"] = _ask_attributes(incoming, table, declared)
    return {name: value for name, value in declared.items() if value}, form.lacking


def _ask_all(form: _Form, fields: Sequence[MappedField]) -> None:
    for start in range(0, len(fields), _ABREAST):
        for place, field in zip(st.columns(_ABREAST), fields[start:], strict=False):
            with place:
                _ask_field(form, field)


def _ask_field(form: _Form, field: MappedField) -> None:
    candidates = find_candidates(field, form.columns)
    default = f"{COLUMN}{candidates[0]}" if len(candidates) == 1 else None
    answer = select(
        form.incoming, form.part(field), f"{field.title}{' *' if field.need else ''}",
        _options(form, field), default, say=lambda value: _say(value, field, form.table),
        none="Choose" if field.need else "none",
    )  # fmt: skip
    if len(candidates) > 1 and answer is None:
        st.caption(as_text(f"Possible: {' or '.join(candidates)}. Choose one."))
    if answer is None:
        if field.need:
            form.lacking.append(field.title.lower())
    elif answer.startswith(COLUMN):
        column = answer.removeprefix(COLUMN)
        form.declared["columns"][field.name] = column
        if field.words:
            _ask_words(form, field, column)
    elif field.one == "word":
        form.declared["values"][field.name] = answer.removeprefix(EVERY)
    else:
        _ask_value(form, field)


def _options(form: _Form, field: MappedField) -> list[str]:
    names = [one.name for one in form.columns if one.kind == "TIMESTAMP" or not field.moment]
    time = form.table.given.get(TIME)
    if field.moment and time is not None:
        names = [TIME, *(name for name in names if name != time)]
    options = [f"{COLUMN}{name}" for name in names]
    if field.one == "word":
        return [f"{EVERY}{word}" for word in field.words] + options
    return [EVERY, *options] if field.one else options


def _say(answer: str, field: MappedField, table: MappedTable) -> str:
    if answer.startswith(COLUMN):
        name = answer.removeprefix(COLUMN)
        return f"Column {table.given.get(name, name)}"
    word = answer.removeprefix(EVERY)
    return f"All rows: {field.words[word]}" if word else "One value for all rows"


def _ask_words(form: _Form, field: MappedField, column: str) -> None:
    """Ask what the words of a column mean; those that mean nothing here are refused, row by row."""
    counts = form.table.texts(column).value_counts()
    if len(counts) > MOST_WORDS:
        st.caption(f"{len(counts):,} distinct values; the limit here is {MOST_WORDS}.")
        form.lacking.append(f"{field.title.lower()}: another column, or one value for all rows")
        return
    words = {}
    for word, n in counts.items():
        found = select(
            form.incoming, f"{form.part(field)}-word-{column}-{word}",
            f"{as_text(str(word)[:60])} \u00d7 {n:,}",
            list(field.words), match_word(str(word), field.words),
            say=lambda one: field.words[one],
        )  # fmt: skip
        if found is not None:
            words[str(word)] = found
    if words:
        form.declared["maps"][field.name] = words
    else:
        form.lacking.append(f"the meaning of the values in column {column}")


def _ask_value(form: _Form, field: MappedField) -> None:
    default = "1" if field.name == "count" else ""
    label = f"{field.title}, all rows"
    given = text(form.incoming, f"{form.part(field)}-{VALUE}", label, default)
    if not given:
        form.lacking.append(f"{field.title.lower()} for all rows")
    elif field.one == "text":
        form.declared["values"][field.name] = given
    elif (number := read_number(given)) is not None:
        form.declared["values"][field.name] = number
    else:
        form.lacking.append(f"{field.title.lower()} as a number ({given[:20]!r} is not a number)")


def read_number(given: str) -> int | float | None:
    """Read a number that was typed, whole where it is; None where it is none."""
    try:
        number = float(given.replace(",", "."))
    except ValueError:
        return None
    if not isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _ask_precision(incoming: Incoming, seen: Inspection, lacking: list[str]) -> str | None:
    roles = (incoming.looked.roles if incoming.looked else None) or seen.suggested.roles or {}
    name = next((name for name, role in roles.items() if role == "time"), None)
    column = next((column for column in seen.columns if column.name == name), None)
    precision = select(
        incoming, "map-precision", "Time precision *", TIME_PRECISIONS,
        find_precision(column),
    )  # fmt: skip
    if precision is None:
        lacking.append("the time precision")
    return precision


def _ask_attributes(incoming: Incoming, table: MappedTable, declared: Declared) -> list[str]:
    mapped = {*declared["columns"].values()}
    free = [name for name in table.columns if name not in mapped]
    return many(
        incoming, "map-attributes", "Additional columns", free, [],
        help="Stored unchanged with each event. Leave out personal data.",
    )  # fmt: skip


def _is_any_answered(form: _Form, fields: Sequence[MappedField]) -> bool:
    return any(
        form.incoming.answers.get(form.part(field)) or find_candidates(field, form.columns)
        for field in fields
    )


def answers_of(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers, by the parts of the widgets, that a saved mapping's words are."""
    kind: TargetKind = declared["kind"]
    answers: dict[str, Any] = {}
    columns, values = declared.get("columns") or {}, declared.get("values") or {}
    for field in FIELDS[kind]:
        part = f"map-{kind}-{field.name}"
        answers[part] = None
        if field.name in columns:
            answers[part] = f"{COLUMN}{columns[field.name]}"
            for word, ours in ((declared.get("maps") or {}).get(field.name) or {}).items():
                answers[f"{part}-word-{columns[field.name]}-{word}"] = ours
        elif field.name in values and field.one == "word":
            answers[part] = f"{EVERY}{values[field.name]}"
        elif field.name in values:
            answers |= {part: EVERY, f"{part}-{VALUE}": str(values[field.name])}
    answers["map-precision"] = (declared.get("time") or {}).get("precision")
    answers["map-attributes"] = list(declared.get("attributes") or ())
    return answers
