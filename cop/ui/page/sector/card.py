"""The Sectors page's figures of each sector, as rows of cells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pandas as pd

from cop.model.event import CLOCK_PRECISIONS, COMPOSITION, KINDS
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Picture
from cop.model.text import format_none_before
from cop.query.coverage.silence import Silence, judge_silence
from cop.query.reporting import OBSERVED, OUT_OF_SCOPE
from cop.query.sector import SectorFigures
from cop.ui.component.grid import Cell, Row

NOTHING = "\N{EN DASH}"
_DATES = {
    **dict.fromkeys(CLOCK_PRECISIONS, ""),
    "day": "%d %b %y",
    "week": "week of %d %b %y",
    "month": "%b %y",
    "year": "%Y",
}
_SILENCE: dict[Silence, str] = {
    "quiet": "quiet",
    "unobserved": "unobserved",
    "unknown": "unknown if observed",
}


def build_cards(picture: Picture, figures: SectorFigures, shown: pd.DataFrame) -> list[Row]:
    """Return name, events, change and share of each sector; the name leads to the Picture."""
    rows = shown.to_dict("records")
    most = shown["n"].max()
    return [
        Row(
            label="Sector",
            cells=tuple(
                Cell(
                    text=row["sector"],
                    note=row["name"],
                    big=True,
                    link=picture_link(picture, row["sector"]),
                    hint=f"Open the Picture of {row['name']}",
                )
                for row in rows
            ),
        ),
        Row(
            label="Events",
            cells=tuple(
                _unseen(row)
                or Cell(
                    text=f"{row['n']:,}",
                    note=_partly(row) or _silence(row),
                    big=True,
                    strong=bool(row["n"] and row["n"] == most),
                )
                for row in rows
            ),
        ),
        Row(
            label="Change",
            cells=tuple(
                Cell(text=NOTHING) if _unseen(row) else _change(row, stale=figures.stale)
                for row in rows
            ),
        ),
        Row(
            label="Share of all sectors",
            cells=tuple(
                Cell(text=NOTHING)
                if _unseen(row)
                else Cell(text=percent(row["share"]), share=row["share"] if figures.total else None)
                for row in rows
            ),
        ),
    ]


def build_state(shown: pd.DataFrame, now: datetime) -> list[Row]:
    """Return coverage and last incident of each sector; its age counts from ``now`` (naive UTC)."""
    rows = shown.to_dict("records")
    return [
        Row(label="Covered in the window", cells=tuple(map(_coverage, rows))),
        Row(label="Last incident", cells=tuple(_last(row, now) for row in rows)),
    ]


def build_groups(shown: pd.DataFrame) -> list[Row]:
    """Return the group composition, from records that report it."""
    rows = shown.to_dict("records")
    return [_group(name, title, rows) for name, title in COMPOSITION.items()]


def build_zones(codes: list[str], zones: dict[str, str], figures: SectorFigures) -> Row:
    """Name the local time of each sector as its clocks call it in the window."""
    return Row(
        label="Local time",
        cells=tuple(
            Cell(text=_clock(zones.get(code, "UTC"), figures.window), hint=zones.get(code, "UTC"))
            for code in codes
        ),
    )


def picture_link(picture: Picture, sector: str) -> str:
    """Return the address of the Picture with one sector."""
    alone = replace(picture, filter=replace(picture.filter, sectors=(sector,)))
    return f"./?{urlencode(alone.to_pairs())}"


def percent(share: float) -> str:
    """Write a share of 0 to 1; what is above nothing is never written as nothing."""
    if share != share:  # noqa: PLR0124 NaN
        return "unknown"
    return "< 1%" if 0 < share < 0.005 else f"{share:.0%}"  # noqa: PLR2004 rounds to 0%


def date_of(moment: datetime, precision: str) -> str:
    """Write a moment no more exactly than it is known."""
    shape = _DATES.get(precision, "")
    return moment.strftime(shape).upper() if shape else format_dtg(moment)


def _unseen(row: dict[str, Any]) -> Cell | None:
    """Return what stands for a figure where nothing can be counted: it is no zero."""
    if row["n"] or row["state"] == OBSERVED:
        return None
    if row["state"] == OUT_OF_SCOPE:
        return Cell(text=NOTHING, note="outside the filter")
    return Cell(text="unknown", note="no source reports here")


def _silence(row: dict[str, Any]) -> str:
    """Return what no events mean: quiet, or that nobody looked."""
    if row["n"]:
        return ""
    silence = judge_silence(row["coverage"], row["coverage_unknown"])
    return _SILENCE[silence]


def _partly(row: dict[str, Any]) -> str:
    """Return of how many counties a figure is, where no source reports on the others."""
    reported, counties = row["reported"], row["counties"]
    return f"{reported} of {counties} counties reported" if 0 < reported < counties else ""


def _change(row: dict[str, Any], *, stale: bool) -> Cell:
    now, before = row["n"], row["before"]
    if stale:
        return Cell(text=NOTHING, note="STALE: not compared")
    if before != before:  # noqa: PLR0124 NaN
        return Cell(text=NOTHING, note="no full period before")
    if not before:
        return Cell(text=format_none_before(now))
    share = round(100 * (now - before) / before)
    arrow = "\N{BLACK UP-POINTING TRIANGLE}" if share > 0 else "\N{BLACK DOWN-POINTING TRIANGLE}"
    text = (
        f"{arrow} {share:+d}%".replace("-", "\N{MINUS SIGN}") if share else "\N{PLUS-MINUS SIGN}0%"
    )
    return Cell(text=text, note=f"{before:,.0f} before")


def _maybe(row: dict[str, Any]) -> str:
    unknown = row["coverage_unknown"]
    return f"{percent(unknown)} unknown" if unknown > 0 else ""


def _coverage(row: dict[str, Any]) -> Cell:
    share, length = row["coverage"], row["length_km"]
    if row["state"] == OUT_OF_SCOPE:
        return Cell(text=NOTHING, note="outside the filter")
    if share != share:  # noqa: PLR0124 NaN
        return Cell(
            text="unknown",
            note=f"of {length:,.0f} km",
            hint="No sensors are known for these records. Coverage is unknown, not zero.",
        )
    return Cell(
        text=f"{percent(share)} of {length:,.0f} km",
        share=share,
        note=_maybe(row),
        hint="Share of segment-hours that a working sensor sees, by length",
    )


def _last(row: dict[str, Any], now: datetime) -> Cell:
    moment, kind = row["last_at"], str(row["last_kind"])
    if not isinstance(moment, datetime) or moment != moment:  # noqa: PLR0124 NaT
        return _unseen(row) or Cell(text="none recorded")
    precision = str(row["last_precision"])
    age = max(timedelta(0), now - moment)
    exact = precision in CLOCK_PRECISIONS
    text = format_age(age) if exact else f"{age.days} d" if age.days < 60 else format_age(age)  # noqa: PLR2004 days
    return Cell(
        text=KINDS.get(kind, kind),
        note=date_of(moment, precision),
        more=f"{text} ago",
        hint=f"known to the {precision}",
    )


def _group(name: str, title: str, rows: list[dict[str, object]]) -> Row:
    def cell(row: dict[str, object]) -> Cell:
        total = sum(_number(row[group]) for group in COMPOSITION)
        if not row["composed_n"] or not total:
            return Cell(text=NOTHING, hint="No records here report group composition.")
        own = _number(row[name])
        return Cell(text=f"{own:,.0f}", note=percent(own / total))

    return Row(label=title, cells=tuple(map(cell, rows)))


def _number(value: object) -> float:
    number = float(str(value))
    return number if number == number else 0.0  # noqa: PLR0124 NaN


def _clock(zone: str, window: tuple[datetime, datetime]) -> str:
    known = ZoneInfo(zone)
    names = [moment.replace(tzinfo=UTC).astimezone(known).tzname() for moment in window]
    return "/".join(dict.fromkeys(name or zone for name in names))
