"""The cards of monthly forecasts by place: scores beside rivals, breaks, outlook."""

from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from cop.analysis.forecast.bootstrap import bound_loss_gain
from cop.analysis.forecast.month_track import BLOCK_MONTHS, RIVALS

Verdict = Literal["better", "unsure", "none"]
EVERYWHERE: Final = ""
"""The place of a card that is of all places together."""
USUAL_MONTHS: Final = 12
RECENT_MONTHS: Final = 24
_LEAST_PLACES: Final = 3
_LEAST_BLOCKS: Final = 4
"""The bounds of fewer blocks of origins are uncertain."""
_BREAK_SHARE: Final = 2 / 3
_BREAK_SIZE: Final = 1 / 3
CARD_COLUMNS: Final = (
    "horizon",
    "place",
    "months",
    "verdict",
    "gain",
    "low",
    "high",
    "cover80",
    "recent_gain",
    "recent_cover80",
    "wape",
    "mase",
    *(f"{name}_mase" for name in RIVALS),
)
BREAK_COLUMNS: Final = ("horizon", "month", "side", "where", "places", "expected", "truth")


def build_cards(table: pd.DataFrame) -> pd.DataFrame:
    """Return CARD_COLUMNS: a row for each horizon and place, and one of all places (EVERYWHERE).

    ``gain`` is that in CRPS over last value with its bounds of 90% (blocks of 12 origins), as a
    fraction; ``months`` is how many forecasts were scored. ``recent`` is of the newest 24 months.
    """
    scored = table[table["truth"].notna()]
    rows = []
    for horizon, part in scored.groupby("horizon"):
        rows.append(_card(int(str(horizon)), EVERYWHERE, part))
        rows += [_card(int(str(horizon)), str(place), own) for place, own in part.groupby("place")]
    return pd.DataFrame(rows, columns=list(CARD_COLUMNS))


def _card(horizon: int, place: str, rows: pd.DataFrame) -> dict[str, Any]:
    of = {str(name): part for name, part in rows.groupby("model")}
    ours, rival = of["model"], of["last_value"]
    losses = [part.groupby("origin")["crps"].sum().to_numpy() for part in (ours, rival)]
    gain = bound_loss_gain(*losses, block=BLOCK_MONTHS)
    total = float(ours["truth"].sum())
    recent, theirs = _recent(ours), _recent(rival)
    loss = float(theirs["crps"].sum())
    return {
        "horizon": horizon,
        "place": place,
        "months": len(ours),
        "verdict": judge_gain(gain.gain, gain.low, blocks=len(losses[0]) / BLOCK_MONTHS),
        "gain": gain.gain,
        "low": gain.low,
        "high": gain.high,
        "cover80": float(ours["inside"].mean()),
        "recent_gain": 1.0 - float(recent["crps"].sum()) / loss if loss else None,
        "recent_cover80": float(recent["inside"].mean()),
        "wape": float(ours["error"].sum()) / total if total else None,
        "mase": float(ours["scaled"].mean()),
        **{f"{name}_mase": float(of[name]["scaled"].mean()) for name in RIVALS},
    }


def _recent(rows: pd.DataFrame) -> pd.DataFrame:
    newest = pd.Period(rows["month"].max(), freq="M")
    return rows[rows["month"] > str(newest - RECENT_MONTHS)]


def judge_gain(gain: float | None, low: float | None, *, blocks: float) -> Verdict:
    """Return whether a gain over a rival is sure, not sure (from few blocks) or none."""
    if gain is None or low is None or gain <= 0.0:
        return "none"
    sure = low > 0.0 and blocks >= _LEAST_BLOCKS
    return "better" if sure else "unsure"


def build_breaks(table: pd.DataFrame) -> pd.DataFrame:
    """Return the months in which the forecast failed at most places at once, as BREAK_COLUMNS.

    At least two thirds of the places, and three where there are so many, lay on the same side of
    their 80% interval, and all together were off by a third or more: chance alone hardly does that,
    a policy does.
    ``expected`` and ``truth`` are sums over all places, ``where`` names those that missed.
    """
    ours = table[table["truth"].notna() & (table["model"] == "model")]
    by = ["horizon", "month"]
    ours = ours.assign(
        above=ours["truth"] > ours["upper"],
        below=ours["truth"] < ours["lower"],
        places=1,
    )
    sums = ours.groupby(by)[["above", "below", "places", "expected", "truth"]].sum().reset_index()
    sums["side"] = (sums["truth"] > sums["expected"]).map({True: "above", False: "below"})
    missed = sums["above"].where(sums["side"] == "above", sums["below"])
    least = np.minimum(_LEAST_PLACES, sums["places"])
    most = np.maximum(least, _BREAK_SHARE * sums["places"])
    wide = (sums["truth"] - sums["expected"]).abs() >= _BREAK_SIZE * sums["expected"]
    breaks = sums[wide & (missed >= most)].reset_index(drop=True)
    breaks["where"] = [
        tuple(ours.loc[(ours["horizon"] == h) & (ours["month"] == month) & ours[side], "place"])
        for h, month, side in zip(breaks["horizon"], breaks["month"], breaks["side"], strict=True)
    ]
    return breaks[list(BREAK_COLUMNS)]


def build_outlook(table: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return what the last origin expects: horizon, place, month, expected, lower, upper, usual.

    ``counts`` is (months, places). ``usual`` is the mean of the last twelve months and ``sense``
    is whether the whole 80% interval is above or below it; ``before`` is the same month a year
    earlier.
    """
    newest = table["origin"].max()
    rows = table[(table["model"] == "model") & (table["origin"] == newest)]
    usual = counts.tail(USUAL_MONTHS).mean()
    rows = rows[["horizon", "place", "month", "expected", "lower", "upper"]].copy()
    rows["usual"] = rows["place"].map(usual)
    rows["before"] = [
        float(counts[place].iloc[horizon - 1 - USUAL_MONTHS])
        for place, horizon in zip(rows["place"], rows["horizon"], strict=True)
    ]
    rows["sense"] = "same"
    rows.loc[rows["lower"] > rows["usual"], "sense"] = "more"
    rows.loc[rows["upper"] < rows["usual"], "sense"] = "less"
    return rows.reset_index(drop=True)
