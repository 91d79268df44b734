"""Track records as text: a few lines for a terminal, a whole report in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cop.model.text import name_skill

_MODELS: Final = {
    "model": "model",
    "last_value": "last value",
    "seasonal_naive": "seasonal naive",
    "moving_average": "moving average",
    "all_history": "all history",
}
_RIVAL: Final = "last value"
Track = Mapping[str, Any]


def format_months(track: Track) -> str:
    """Return the scores of every horizon as lines."""
    lines = []
    for horizon, scores in track["horizons"].items():
        lines.append(
            f"{horizon} months ahead: {_verdict(scores['crps_gain'], scores['crps_gain_low'])} ("
            f"{_gain(scores['crps_gain'], scores['crps_gain_low'], scores['crps_gain_high'])} CRPS)"
        )
        lines += [
            f"  {title:16}MASE {scores[name]['mase']:.3f}  WAPE {_percent(scores[name]['wape'])}  "
            f"CRPS {scores[name]['crps']:,.1f}  80% intervals hold {scores[name]['cover80']:.1%}"
            for name, title in _MODELS.items()
            if name in scores
        ]
    return "\n".join([*lines, *_covariates(track)])


def _covariates(track: Track) -> list[str]:
    """Return a line per covariate and horizon: whether its rolling test lets it be used."""
    return [
        f"covariate {_plain(name)}, {horizon} months ahead: used at {result['used']} of "
        f"{result['origins']} origins; error in logs "
        + (
            f"{_gain(result['gain'], result['low'], result['high'])} over {result['tried']} origins"
            if result["tried"]
            else "not tested, its history is too short"
        )
        for name, horizons in track.get("covariates", {}).items()
        for horizon, result in horizons.items()
    ]


def render_months(track: Track) -> str:
    """Return the report of monthly forecasts: scores, breaks by year, places, intervals, misses."""
    study = track["study"]
    parts = [
        f"# Track record of monthly forecasts: {_plain(study['file'])}",
        f"{study['places']} places, {study['months']} months to {study['last_month']}; every month "
        f"from {study['origins_from']} on is an origin, forecast from the months up to it alone. "
        "MASE is in units of the seasonal naive's mean error up to the origin; the gain in CRPS "
        "is over last value, with the bounds that hold it with 90%.",
    ]
    for horizon, scores in track["horizons"].items():
        parts += [f"## {horizon} months ahead", *_months_of(scores)]
    lines = [f"- {line}" for line in _covariates(track)]
    parts += ["## Covariates", "\n".join(lines)] if lines else []
    return "\n\n".join(parts) + "\n"


def _months_of(of_horizon: Track) -> list[str]:
    gain = _gain(of_horizon["crps_gain"], of_horizon["crps_gain_low"], of_horizon["crps_gain_high"])
    verdict = _verdict(of_horizon["crps_gain"], of_horizon["crps_gain_low"])
    scores = [
        (
            title,
            *(_number(of_horizon[name][score]) for score in ("mase", "wape", "crps", "cover80")),
        )
        for name, title in _MODELS.items()
        if name in of_horizon
    ]
    reliability = [
        (f"{row['forecast']:.0%}", f"{row['observed']:.1%}") for row in of_horizon["reliability"]
    ]
    misses = [
        (
            _plain(row["place"]),
            row["month"],
            f"{row['expected']:,.0f}",
            f"{row['lower']:,.0f} to {row['upper']:,.0f}",
            f"{row['truth']:,.0f}",
            f"{row['scaled']:.1f}",
        )
        for row in of_horizon["worst"]
    ]
    return [
        f"**{verdict}**: CRPS {gain} over {of_horizon['origins']} origins.",
        _table(("", "MASE", "WAPE", "CRPS", "in 80% interval"), scores),
        "By year: a break that no history foretold stands here as a failure.",
        _parts(of_horizon["by_year"], "year"),
        "By place:",
        _parts(of_horizon["by_place"], "place"),
        "Reliability: how often the truth lay at or below each level of the forecast.",
        _table(("level", "truths below"), reliability),
        "Worst misses:",
        _table(("place", "month", "expected", "80% interval", "came", "scaled error"), misses),
    ]


def _parts(rows: Sequence[Track], name: str) -> str:
    return _table(
        (name, "MASE", "last value", "in 80% interval", ""),
        [
            (
                _plain(row["name"]),
                _number(row["mase"]),
                _number(row["last_value_mase"]),
                f"{row['cover80']:.0%}",
                "" if row["skill"] else name_skill("none", _RIVAL),
            )
            for row in rows
        ],
    )


def format_cells(track: Track) -> str:
    """Return the scores of a study of cells as lines."""
    study, gains = track["study"], track["gains"]
    lines = [
        f"{study['cells']:,} cells, {study['periods']} periods from {study['test_from']}: "
        f"{study['events']:,} events, {study['lost']} outside the area"
    ]
    for name, scores in track["models"].items():
        shares = "  ".join(
            f"{share}%: PAI {_number(value)}, {_percent(scores['hit'][share])}"
            for share, value in scores["pai"].items()
        )
        lines.append(f"  {_MODELS[name]:16}{shares}  CRPS {scores['crps']:.6f}")
    lines += [f"  {_words(name)}: {_gain(**gain)}" for name, gain in gains.items()]
    return "\n".join(lines)


def render_cells(track: Track) -> str:
    """Return the report of a study of cells: scores, gains, reliability, kernels and misses."""
    gains = [
        (_words(name), _gain(**gain), _reading(gain["low"], gain["high"]))
        for name, gain in track["gains"].items()
    ]
    parts = [
        *_study(track["study"]),
        "PAI is the share of events in the flagged cells over their share of the area; ties are "
        "broken at random, in brackets by history.",
        _table(("", *_shares(track), "CRPS"), _scores(track)),
        "Gains over the moving average unless said, with the bounds that hold them with 90%; "
        "*dispersed* is the moving average with the spread that serves it best in hindsight:",
        _table(("", "gain", "reading"), gains),
        "Reliability: cells and periods in order of what was expected, a tenth of it a row.",
        _reliability(track["reliability"]),
        "Worst misses:",
        _misses(track["worst"]),
        "Weights of the last fit:",
        _weights(track["kernels"]),
    ]
    return "\n\n".join(parts) + "\n"


def _study(study: Track) -> list[str]:
    chosen = "".join(f", {_plain(text)}" for text in study["where"])
    return [
        f"# Track record by cell: {_plain(study['file'])}{chosen}",
        f"{study['cells']:,} cells of {study['cell_m']:g} m ({_plain(study['grid']['crs'])}, area "
        f"{_plain(study['area'])}), {study['periods']} periods from {study['test_from']} to "
        f"{study['test_to']}, counted from {study['train_from']} on: {study['events']:,} events, "
        f"{study['lost']} more outside the area. Each period is forecast from what was reported "
        f"before it; the weights are fitted anew every {study['refit_every']} periods.",
    ]


def _reliability(rows: Sequence[Track]) -> str:
    return _table(
        ("cells x periods", "most expected", "expected", "came"),
        [
            (
                f"{row['cells_periods']:,}",
                f"{row['highest']:.4f}",
                f"{row['expected']:.1f}",
                f"{row['counted']:.0f}",
            )
            for row in rows
        ],
    )


def _misses(rows: Sequence[Track]) -> str:
    return _table(
        ("period", "lon", "lat", "expected", "80% at most", "came"),
        [
            (
                row["period"],
                row["lon"],
                row["lat"],
                f"{row['expected']:.3f}",
                f"{row['upper']:.0f}",
                f"{row['counted']:.0f}",
            )
            for row in rows
        ],
    )


def _weights(rows: Sequence[Track]) -> str:
    return _table(
        ("mean age, periods", "reach, cells", "weight"),
        [
            (
                _endless(row["decay_periods"]),
                _endless(row["reach_cells"]),
                f"{row['weight']:.3f}",
            )
            for row in rows
        ],
    )


def format_surges(track: Track) -> str:
    """Return how surely surges were found as lines."""
    lines = [
        f"surge x {size}: {scores['found']} of {scores['injected']} found within 7 days "
        f"({scores['share']:.1%}), median {_days(scores['median_delay_days'])}"
        for size, scores in track["sizes"].items()
    ]
    lines.append(
        f"without a surge an alarm is on at {track['no_surge_share']:.1%} of the same starts; "
        f"{track['false_alarms_a_year']:.2f} false alarms a year and series in "
        f"{track['held_out_days']} days"
    )
    return "\n".join(lines)


def format_rushes(track: Track) -> str:
    """Return how surely rushes were found as lines."""
    lines = [
        f"SYNTHETIC demo, {track['zones']} zones, {track['hours']:,} hours",
        *(
            f"{size} people within an hour: {scores['found']} of {scores['injected']} found within "
            f"two hours ({scores['share']:.1%})"
            for size, scores in track["sizes"].items()
        ),
        f"alarms a month and zone: {track['alarms_a_zone_month']:.3f}, of them false "
        f"{track['false_alarms_a_zone_month']:.3f}",
    ]
    return "\n".join(lines)


def format_bias(track: Track) -> str:
    """Return how much risk is misplaced where patrols follow the forecast."""
    misplaced = track["misplaced"]
    return (
        f"SIMULATION, {track['segments']} segments, {track['days']} days: with known effort "
        f"{misplaced['with_effort']:.1%} of the risk is misplaced, without "
        f"{misplaced['without_effort']:.1%}"
    )


def _days(value: float | None) -> str:
    return "not found" if value is None else f"day {value:g}"


def _shares(track: Track) -> list[str]:
    return [f"PAI {share}%" for share in track["models"]["model"]["pai"]] + [
        f"hit {share}%" for share in track["models"]["model"]["hit"]
    ]


def _scores(track: Track) -> list[tuple[str, ...]]:
    return [
        (
            _MODELS[name],
            *(
                f"{_number(value)} ({_number(scores['pai_by_history'][share])})"
                for share, value in scores["pai"].items()
            ),
            *(_percent(value) for value in scores["hit"].values()),
            f"{scores['crps']:.6f}",
        )
        for name, scores in track["models"].items()
    ]


def _verdict(gain: float | None, low: float | None) -> str:
    if gain is None or low is None or gain <= 0.0:
        return name_skill("none", _RIVAL)
    return name_skill("better" if low > 0.0 else "unsure", _RIVAL)


def _reading(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "the rival has nothing to beat"
    if low > 0.0:
        return "better"
    return "worse" if high < 0.0 else "no sure difference"


def _gain(gain: float | None, low: float | None, high: float | None) -> str:
    if gain is None or low is None or high is None:
        return "unknown"
    return f"{gain:+.1%} ({low:+.1%} to {high:+.1%})"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _plain(text: object) -> str:
    """Text of a file's own as a single line without Markdown or HTML of its own."""
    return "".join(sign if sign.isalnum() or sign in " -.,:+=/()" else "_" for sign in str(text))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _endless(value: float | None) -> str:
    return "endless" if value is None else f"{value:g}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
