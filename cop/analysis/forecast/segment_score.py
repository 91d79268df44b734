"""Scores of forecasts by segment against what was observed, beside those of their rivals."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from cop.analysis.forecast.bootstrap import bound_loss_gain
from cop.analysis.forecast.score import MOST_EXPECTED, count_hits, crps_counts
from cop.analysis.forecast.segment_record import (
    AREA_SHARE,
    Miss,
    PeriodRecord,
    SegmentScore,
    SegmentTrack,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SPREADS: Final = (0.2, 0.5, 1.0, 2.0, 5.0, inf)
_MAGNITUDES: Final = (0.3, 1.5, 6.0, 25.0)
_WORST: Final = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """Forecasts and counts of the tested periods: arrays (periods, segments), NaN where unknown.

    ``unseen`` (periods,) are the events where it is; ``sizes`` (periods,) are the model's;
    ``totals`` (periods, 3) are those expected of the whole line with the bounds of their interval.
    """

    period: list[int]
    truth: "Floats"
    unseen: "Floats"
    expected: dict[str, "Floats"]
    lower: "Floats"
    upper: "Floats"
    sizes: "Floats"
    totals: "Floats"
    median: "Floats"


def score_segments(
    found: Backtest,
    *,
    period: str,
    block: int,
    weeks: int,
    incomplete: int,
    places: int | None = None,
) -> SegmentTrack:
    """Score the forecasts; ``block`` neighboring periods stay together when gains are bounded.

    Of ``places`` a share is ranked first; without it of all these segments.
    """
    scored = ~np.isnan(found.truth)
    truth = np.nan_to_num(found.truth)
    share = AREA_SHARE * (places or truth.shape[1]) / truth.shape[1]
    hits = {name: _hits(risk, truth, share) for name, risk in found.expected.items()}
    losses = _losses(found, scored)
    models, happened = {}, float(truth.sum() + found.unseen.sum())
    for name, risk in found.expected.items():
        loss, point = losses.get(name), found.median if name == "model" else risk
        models[name] = SegmentScore(
            hit=float(hits[name].sum() / happened) if happened else None,
            mae=float(np.abs(found.truth - point)[scored].mean()),
            crps=None if loss is None else float(loss.mean()),
        )
    rival, ours, last = (
        hits["moving_average"].sum(),
        models["model"].crps,
        models["last_value"].crps,
    )
    inside = ((truth >= found.lower) & (truth <= found.upper))[scored]
    records = _records(found, truth, hits["model"])
    return SegmentTrack(
        period=period,
        weeks=weeks,
        forecasts=int(scored.sum()),
        models=models,
        skill=1.0 - ours / last if ours is not None and last else None,
        hit_ratio=float(hits["model"].sum() / rival) if rival > 0.0 else None,
        crps_gain=bound_loss_gain(losses["model"], losses["moving_average"], block=block)
        if losses
        else None,
        last_gain=bound_loss_gain(losses["model"], losses["last_value"], block=block)
        if losses
        else None,
        coverage=float(inside.mean()),
        total_coverage=float(np.mean([r.lower <= r.counted <= r.upper for r in records])),
        records=records,
        worst=_worst(found),
        incomplete=incomplete,
    )


def _hits(risk: "Floats", truth: "Floats", share: float) -> "Floats":
    """Events of each period in the segments ranked first; equals by a draw, the same for all."""
    tie = np.random.default_rng(0).random(risk.shape)
    ranked = np.where(np.isnan(risk), -1.0, risk)
    return count_hits(ranked, truth, share=share, tie=tie)


def _losses(found: Backtest, scored: "NDArray[np.bool_]") -> dict[str, "Floats"]:
    """CRPS of each period, of rivals with the spread that serves them best; none for big counts."""
    if max(float(np.nanmax(risk)) for risk in found.expected.values()) > MOST_EXPECTED:
        return {}
    losses = {}
    for name, risk in found.expected.items():
        mean, truth = np.nan_to_num(risk), np.nan_to_num(found.truth)
        sizes = [found.sizes] if name == "model" else [np.full(len(mean), s) for s in _SPREADS]
        tried = [_loss(mean, truth, scored, size) for size in sizes]
        losses[name] = min(tried, key=lambda loss: float(loss.mean()))
    return losses


def _loss(
    mean: "Floats", truth: "Floats", scored: "NDArray[np.bool_]", sizes: "Floats"
) -> "Floats":
    """Mean CRPS of the ``scored`` segments, of each period."""
    loss = np.zeros_like(mean)
    spread = np.broadcast_to(sizes[:, None], mean.shape)
    # By their magnitude, as few large means would have all the small ones summed as far as them.
    magnitude = np.digitize(np.maximum(mean, truth), _MAGNITUDES)
    for size in np.unique(sizes):
        for level in range(len(_MAGNITUDES) + 1):
            rows = scored & (spread == size) & (magnitude == level)
            if rows.any():
                loss[rows] = crps_counts(mean[rows], truth[rows], size=float(size))
    summed: Floats = loss.sum(axis=1) / np.maximum(scored.sum(axis=1), 1)
    return summed


def _records(found: Backtest, truth: "Floats", hits: "Floats") -> tuple[PeriodRecord, ...]:
    return tuple(
        PeriodRecord(
            period=period,
            expected=float(total[0]),
            lower=float(total[1]),
            upper=float(total[2]),
            counted=float(counted),
            hit=float(hit),
        )
        for period, total, counted, hit in zip(
            found.period, found.totals, truth.sum(axis=1), hits, strict=True
        )
    )


def _worst(found: Backtest) -> tuple[Miss, ...]:
    model = found.expected["model"]
    error = np.nan_to_num(np.abs(found.truth - model), nan=-1.0)
    flat = np.argsort(-error, axis=None, kind="stable")[:_WORST]
    worst = []
    for row, segment in zip(
        *(part.tolist() for part in np.unravel_index(flat, error.shape)), strict=True
    ):
        if error[row, segment] < 0.0:
            continue
        worst.append(
            Miss(
                segment=segment,
                period=found.period[row],
                expected=float(model[row, segment]),
                lower=float(found.lower[row, segment]),
                upper=float(found.upper[row, segment]),
                counted=float(found.truth[row, segment]),
            )
        )
    return tuple(worst)
