"""The Forecast page's card of each place: expected value and track record."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import pandas as pd

from cop.model.text import format_range, name_skill
from cop.query.month import MonthOutlook, format_month
from cop.ui.component.grid import Cell, Row
from cop.ui.page.forecast.word import find_card, name_months, percent, recent_breaks
from cop.ui.page.sector.card import NOTHING

RIVAL_TITLES: Final = {
    "mase": "Forecast",
    "last_value_mase": "Last value",
    "seasonal_naive_mase": "Same month a year ago",
    "moving_average_mase": "Mean of 12 months",
    "all_history_mase": "Mean of all history",
}
_SIGNS: Final = {
    "more": ("\N{BLACK UP-POINTING TRIANGLE}", "more than usual"),
    "less": ("\N{BLACK DOWN-POINTING TRIANGLE}", "less than usual"),
    "same": ("\N{ALMOST EQUAL TO}", "about as usual"),
}
_RIVAL: Final = "repeating the last value"
_VERDICTS: Final = {
    "better": ("\N{CHECK MARK} better", f"{name_skill('better', _RIVAL)}, with 90% confidence"),
    "unsure": (
        "\N{ALMOST EQUAL TO} unclear",
        f"{name_skill('unsure', _RIVAL)} with 90% confidence, or too few forecasts to judge",
    ),
    "none": ("\N{MULTIPLICATION SIGN} not better", name_skill("none", _RIVAL)),
}
_CSS: Final = """
<style>
.cop-race { display: grid; grid-template-columns: 9.6rem 1fr 3rem; gap: 0.2rem 0.6rem;
  align-items: center; font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.cop-race > i { display: block; height: 9px; border-radius: 2px;
  background: rgba(128, 140, 152, 0.18); }
.cop-race > i > i { display: block; height: 9px; border-radius: 2px; background: #808c98; }
.cop-race > i > i.cop-own { background: #56b4e9; }
.cop-race > b, .cop-race > span:nth-child(3n) { text-align: right; }
</style>
"""


def build_month_cards(
    outlook: MonthOutlook, horizon: int, names: Mapping[str, str], links: Mapping[str, str]
) -> list[Row]:
    """Return the rows of the grid: name, expected with interval, against usual, the record."""
    rows = outlook.outlook[outlook.outlook["horizon"] == horizon].set_index("place")
    month = format_month(rows["month"].iloc[0])
    heads = tuple(
        Cell(text=place, note=name, big=True, link=links.get(place), hint=f"Picture of {name}")
        for place, name in names.items()
    )
    return [
        Row(label="", cells=heads),
        Row(
            label=f"Expected {month}",
            cells=tuple(_expected(rows, place, outlook) for place in names),
        ),
        Row(label="Against usual", cells=tuple(_usual(rows, place) for place in names)),
        Row(label="Record", cells=tuple(_record(outlook, horizon, place) for place in names)),
    ]


def build_race(card: "pd.Series[float]") -> str:
    """Return the errors (MASE) of the forecast and its rivals as HTML, the best one bold."""
    errors = {title: float(card[name]) for name, title in RIVAL_TITLES.items()}
    most, best = max(errors.values()), min(errors.values())
    cells = ""
    for title, error in errors.items():
        tag = "b" if error == best else "span"
        own = ' class="cop-own"' if title == RIVAL_TITLES["mase"] else ""
        width = 100 * error / most if most > 0 else 0
        cells += (
            f"<{tag} style='text-align:left'>{escape(title)}</{tag}>"
            f'<i><i{own} style="width:{width:.0f}%"></i></i><span>{error:.2f}</span>'
        )
    return f'{_CSS}<div class="cop-race">{cells}</div>'


def _expected(rows: pd.DataFrame, place: str, outlook: MonthOutlook) -> Cell:
    if place not in rows.index:
        return Cell(text=NOTHING, note=outlook.left_out.get(place, "no figures"))
    row = rows.loc[place]
    return Cell(
        text=f"{row['expected']:,.0f}",
        note=format_range(row["lower"], row["upper"]),
        big=True,
        strong=bool(row["sense"] == "more"),
        hint="Expected value and 80% interval",
    )


def _usual(rows: pd.DataFrame, place: str) -> Cell:
    if place not in rows.index:
        return Cell(text=NOTHING)
    row = rows.loc[place]
    sign, words = _SIGNS[str(row["sense"])]
    share = row["expected"] / row["usual"] - 1 if row["usual"] else float("nan")
    text = sign if pd.isna(share) else f"{sign} {share:+.0%}".replace("-", "\N{MINUS SIGN}")
    return Cell(
        text=text,
        note=f"usual {row['usual']:,.0f}",
        more=f"a year ago {row['before']:,.0f}",
        strong=bool(row["sense"] == "more"),
        hint=f"{words}: usual is the mean of the last 12 months",
    )


def _record(outlook: MonthOutlook, horizon: int, place: str) -> Cell:
    if place in outlook.left_out or place not in set(outlook.cards["place"]):
        return Cell(text="none")
    card = find_card(outlook, horizon, place)
    text, hint = _VERDICTS[str(card["verdict"])]
    failed = recent_breaks(outlook, horizon, place)
    if not failed.empty:
        text = f"\N{WARNING SIGN} failed {name_months(failed['month'])}"
        hint = f"whole record: {hint}"
    gain = f"CRPS {percent(card['gain'])} ({percent(card['low'])} to {percent(card['high'])})"
    return Cell(
        text=text, note=f"80% interval: {card['cover80']:.0%} inside", hint=f"{hint}; {gain}"
    )


def place_names(
    outlook: MonthOutlook, declared: Mapping[str, str], chosen: Sequence[str]
) -> dict[str, str]:
    """Return the places shown with their names: those of the filter, in the region's order."""
    if not declared:
        return {str(place): "" for place in outlook.counts}
    known = {code: name for code, name in declared.items() if code in outlook.counts}
    return {c: n for c, n in known.items() if c in chosen} if chosen else known
