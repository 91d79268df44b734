"""What the columns of a file of statistics mean: its periods, places, measures and dimensions."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cop.ingest.mapping.field import MOST_WORDS
from cop.ingest.mapping.table import MappedTable
from cop.ingest.upload.infer_columns import plain_name
from cop.model.mapping import TIME
from cop.model.upload import Inspection
from cop.ui.component.context import use_context
from cop.ui.page.save import as_text
from cop.ui.page.upload.widget import many, select, text
from cop.ui.page.upload.work import Incoming

FORMS = {"%Y-%m": ("month", r"\d{4}-\d{2}"), "%Y": ("year", r"\d{4}")}
_PERIODS = ("day", "month", "year")
_PLACES = ("sector", "county", "state", "country", "port", "route", "area", "other")
_ONE = "One place for all rows"
_UNNAMED = "every"
Declared = dict[str, Any]


def ask_figures(
    incoming: Incoming, seen: Inspection, table: MappedTable
) -> tuple[Declared, list[str]]:
    """Ask for the mapping of a statistics file; return the answers and what is still needed."""
    lacking: list[str] = []
    left, middle, right = st.columns(3)
    with left:
        declared = _ask_period(incoming, table, lacking)
    with middle:
        declared["place"] = _ask_place(incoming, table, lacking)
    with right:
        numbers = [c.name for c in seen.columns
                   if c.name in table.columns and c.kind in ("BIGINT", "DOUBLE")]  # fmt: skip
        chosen = many(incoming, "stat-measures", "Measures *", numbers, [])
        if not chosen:
            lacking.append("the measure columns")
        free = [name for name in table.columns if name not in chosen]
        shown = many(
            incoming, "stat-dimensions", "Split by", free, [],
            help="Columns that split each figure: drug, nationality, age group.",
        )  # fmt: skip
    declared["measures"] = [_ask_measure(incoming, name, lacking) for name in chosen]
    declared["dimensions"] = {_measure_name(name): name for name in shown}
    return {name: value for name, value in declared.items() if value}, lacking


def _ask_period(incoming: Incoming, table: MappedTable, lacking: list[str]) -> Declared:
    fitting = _period_columns(table)
    options = [*([TIME] if TIME in table.given else []), *fitting]
    name = select(
        incoming, "stat-period", "Period column *", options,
        options[0] if len(options) == 1 else None,
        say=lambda one: f"Column {table.given.get(one, one)}",
        help="The time column (Import settings), or a column written 2026-03 or 2026.",
    )  # fmt: skip
    if name is None:
        lacking.append("the period column")
        return {}
    if name in fitting:
        precision, _ = FORMS[fitting[name]]
        return {"columns": {"period_start": name},
                "time": {"format": fitting[name], "precision": precision}}  # fmt: skip
    period = select(incoming, "stat-precision", "Period length *", _PERIODS)
    if period is None:
        lacking.append("the period length")
    return {"time": {"precision": period or "month"}}


def _period_columns(table: MappedTable) -> dict[str, str]:
    """Return the columns whose cells all are months or years, with their format."""
    found = {}
    for name in table.columns:
        cells = table.texts(name).dropna()
        for form, (_, pattern) in FORMS.items():
            if len(cells) and cells.str.fullmatch(pattern).all():
                found[name] = form
    return found


def _ask_place(incoming: Incoming, table: MappedTable, lacking: list[str]) -> Declared:
    kind = select(incoming, "stat-place-kind", "Place type *", _PLACES)
    options = [_ONE, *table.columns]
    name = select(
        incoming, "stat-place", "Place column *", options,
        say=lambda one: one if one == _ONE else f"Column {one}",
    )  # fmt: skip
    if kind is None or name is None:
        lacking.append("the place")
        return {}
    if name == _ONE:
        place = text(incoming, "stat-place-name", "Place name")
        if not place:
            lacking.append("the place name")
        return {"kind": kind, "name": place or "?"}
    names = _ask_sectors(incoming, name, table) if kind == "sector" else {}
    return {"kind": kind, "column": name} | ({"names": names} if names else {})


def _ask_sectors(incoming: Incoming, column: str, table: MappedTable) -> dict[str, str]:
    """Ask which sector each name is; those that are none are refused, row by row."""
    region = use_context().service.snapshot.region
    counts = table.texts(column).value_counts()
    if region is None or len(counts) > MOST_WORDS:
        return {}
    titles = {sector.code: sector.name for sector in region.sectors}
    names = {}
    for place, n in counts.items():
        found = select(
            incoming, f"stat-sector-{column}-{place}", f"{as_text(str(place)[:60])} \u00d7 {n:,}",
            list(titles), _match_sector(str(place), titles),
            say=lambda code: f"{code} {titles[code]}",
        )  # fmt: skip
        if found is not None:
            names[str(place)] = found
    return names


def _match_sector(place: str, titles: Mapping[str, str]) -> str | None:
    plain = f"_{plain_name(place)}_"
    fitting = [
        code
        for code, title in titles.items()
        if plain == f"_{code.lower()}_" or f"_{plain_name(title)}_" in plain
    ]
    return fitting[0] if len(fitting) == 1 else None


def _ask_measure(incoming: Incoming, column: str, lacking: list[str]) -> dict[str, str]:
    name, unit = st.columns(2)
    with name:
        measure = text(
            incoming, f"stat-name-{column}", f"{as_text(column)}: measure", _measure_name(column)
        )
    with unit:
        given = text(incoming, f"stat-unit-{column}", f"{as_text(column)}: unit *", most=30)
    if not given:
        lacking.append(f"the unit of {column}")
    return {"measure": measure or _measure_name(column), "column": column, "unit": given or "?"}


def _measure_name(column: str) -> str:
    name = re.sub(r"^[^a-z]+", "", plain_name(column))[:40]
    return name or _UNNAMED


def figure_answers(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers, by the parts of the widgets, that a saved mapping's words are."""
    place, time = declared.get("place") or {}, declared.get("time") or {}
    period = (declared.get("columns") or {}).get("period_start", TIME)
    column = place.get("column")
    answers: dict[str, Any] = {
        "stat-period": period,
        "stat-precision": time.get("precision"),
        "stat-place-kind": place.get("kind"),
        "stat-place": column or _ONE,
        "stat-place-name": place.get("name") or "",
        "stat-measures": [rule["column"] for rule in declared.get("measures") or ()],
        "stat-dimensions": list((declared.get("dimensions") or {}).values()),
    }
    for rule in declared.get("measures") or ():
        answers[f"stat-name-{rule['column']}"] = rule["measure"]
        answers[f"stat-unit-{rule['column']}"] = rule["unit"]
    for name, code in (place.get("names") or {}).items():
        answers[f"stat-sector-{column}-{name}"] = code
    return answers
