"""Drugs seized by the Border Patrol, kilograms per sector, as circles that leave a fill readable.

The ramp is cmcrameri's bamako. Each drug has classes of its own, about three times each other:
half of a sector's months hold up to 2 kg of fentanyl but 155 kg of marijuana (2018-10 to 2022-09).
"""

from cop.model.layer import Field, Layer, Measure, Statistic
from cop.model.style import Paint, Ramp, Sizes, Style

RADII_PX = (4.0, 7.0, 10.0, 13.5, 17.5, 22.0)
PAINTS = (
    Paint("#2e582bd9", "#e5cb75e6"),
    Paint("#547113d9", "#bfa930e6"),
    Paint("#7b8600d9", "#8f8a00e6"),
    Paint("#aa9916d9", "#5c760fe6"),
    Paint("#d9bf5bd9", "#2e582be6"),
    Paint("#ffe5add9", "#063f44e6"),
)
UNKNOWN = Paint("#76818dd9", "#98a2acd9")
DRUGS: dict[str, tuple[str, tuple[str, ...], tuple[float, ...]]] = {
    "drugs": ("All drugs", (), (30, 100, 300, 1_000, 3_000)),
    "fentanyl": ("Fentanyl", ("Fentanyl",), (1, 3, 10, 30, 100)),
    "methamphetamine": ("Meth", ("Methamphetamine",), (3, 10, 30, 100, 300)),
    "cocaine": ("Cocaine", ("Cocaine",), (3, 10, 30, 100, 300)),
    "heroin": ("Heroin", ("Heroin",), (1, 3, 10, 30, 100)),
    "marijuana": ("Marijuana", ("Marijuana",), (30, 100, 300, 1_000, 3_000)),
}


def _statistic(key: str) -> Statistic:
    title, drugs, _ = DRUGS[key]
    return Statistic(
        property=key,
        title=title,
        measures=("seized_mass",),
        place_kind="sector",
        key="sector",
        unit="kg",
        dimensions=(("drug", drugs),) if drugs else (),
    )


def _measure(key: str) -> Measure:
    title, _, breaks = DRUGS[key]
    return Measure(
        key=key,
        title=title,
        color=Ramp(property=key, breaks=breaks, paints=PAINTS, unit="kg seized", unknown=UNKNOWN),
        sizes=Sizes(property=key, breaks=breaks, radii_px=RADII_PX, unit="kg seized"),
    )


LAYER = Layer(
    id="seizures",
    title="Drugs seized by sector",
    note="Kilograms seized by the Border Patrol, whole months, at one point in each sector. "
    "Seizures at ports are not included. The kind, county, and source filters do not apply",
    dataset="sectors",
    tile="features",
    group="statistic",
    order=42,
    columns=("sector", "name"),
    at_point=True,
    statistics=tuple(_statistic(key) for key in DRUGS),
    measures=tuple(_measure(key) for key in DRUGS),
    fields=(
        Field(property="name", label="Sector", in_tooltip=True),
        Field(property="sector", label="Code"),
        *(
            Field(property=key, label=title, unit="kg", in_tooltip=True)
            for key, (title, _, _) in DRUGS.items()
        ),
        *(
            Field(property=f"{key}_change", label=f"{title}, change in a year", unit="%")
            for key, (title, _, _) in DRUGS.items()
        ),
    ),
    style=Style(fill=_measure("drugs").color, line=Paint("#0e151d", "#ffffff"), line_width_px=1.2),
    visible=False,
)
