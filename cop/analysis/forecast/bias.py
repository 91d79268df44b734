"""A simulation of detection bias: patrols follow the forecast, and detect where they are."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cop.analysis.forecast.kernel import build_features, build_kernels
from cop.analysis.forecast.mixture import fit_mixture
from cop.analysis.forecast.record import Records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SEGMENTS: Final = 200
DAYS: Final = 364
WEEK: Final = 7
EVENTS_A_DAY: Final = 400.0
STANDING: Final = 0.2
"""What sensors and the public detect of a segment's events without any patrol, as a hazard."""
PATROL: Final = 1.0
"""The mean hazard that patrols add; they are placed by the square of the forecast."""
_SPREAD: Final = 0.8
_SMOOTH: Final = 5
_MEMORY_DAYS: Final = 120


def simulate_bias(*, seed: int) -> dict[str, Any]:
    """Return {misplaced: {with_effort, without_effort}, ...} after a year of 200 segments.

    True risk stands still. Each week patrols are placed by the forecast, which learns from what
    was detected: the share 1 - exp(-hazard) of what happens. ``misplaced`` is the share of the
    risk that the last forecast puts on the wrong segments: half the sum of the differences of
    shares.
    """
    return {
        "segments": SEGMENTS,
        "days": DAYS,
        "misplaced": {
            "with_effort": _run(seed, knows_effort=True),
            "without_effort": _run(seed, knows_effort=False),
        },
    }


def _run(seed: int, *, knows_effort: bool) -> float:
    draw = np.random.default_rng(seed)
    truth = _risk(draw)
    detected, effort = np.zeros((DAYS, SEGMENTS), np.int64), np.zeros((DAYS, SEGMENTS))
    share = np.full(SEGMENTS, 1.0 / SEGMENTS)
    for day in range(0, DAYS, WEEK):
        patrols = share**2 / (share**2).mean() * PATROL
        days = slice(day, day + WEEK)
        effort[days] = 1.0 - np.exp(-(STANDING + patrols))
        detected[days] = draw.poisson(EVENTS_A_DAY * truth * effort[days])
        oldest = max(0, day + WEEK - _MEMORY_DAYS)
        known = slice(oldest, day + WEEK)
        share = _forecast(detected[known], effort[known] if knows_effort else None)
    return float(np.abs(share - truth).sum() / 2.0)


def _risk(draw: np.random.Generator) -> "Floats":
    """Shares of the risk by segment, alike along the line."""
    rough = draw.normal(size=SEGMENTS + _SMOOTH - 1)
    smooth = np.convolve(rough, np.ones(_SMOOTH) / np.sqrt(_SMOOTH), mode="valid")
    risk = np.exp(_SPREAD * smooth)
    shares: Floats = risk / risk.sum()
    return shares


def _forecast(detected: "Ints", effort: "Floats | None") -> "Floats":
    """Shares of the risk that the mixture expects for the next day."""
    day, cell = (
        np.repeat(axis, detected.ravel()) for axis in np.indices(detected.shape).reshape(2, -1)
    )
    periods, cells = detected.shape
    records = Records(occurred=day, known=day, cell=cell, periods=periods, cells=cells)
    half = periods // 2
    features = build_features(
        records, np.ones((1, cells), bool), build_kernels("day"), oldest=half, effort=effort
    )
    exposure = None if effort is None else effort[half:]
    fit = fit_mixture(features[:, :-1], detected[half:].astype(np.float64), effort=exposure)
    expected = fit.expect(features[:, -1])
    shares: Floats = expected / expected.sum()
    return shares
