"""The small tables that shape the synthetic events: sectors, kinds, detection means, seasons.

A measured figure has its provenance beside it; all others are plausible assumptions.
"""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True)
class SectorPattern:
    """How one sector differs from the others; share is its part of all records."""

    share: float
    regime_factor: float = 1.0
    kind_factor: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KindPattern:
    """How one kind of event looks: counts are count_scale * Pareto(count_tail), whole numbers."""

    share: float
    unit: str = "people"
    peak_hour: float
    hour_focus: float
    count_tail: float
    count_scale: float = 1.0
    max_count: int = 500
    depth_km: float
    depth_spread: float = 1.0
    south_share: float = 0.05
    detection: tuple[float, float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class DetectionPattern:
    """How one means of detection reports: medians with log-spreads, shares of the ordered words."""

    uncertainty_m: float
    uncertainty_spread: float = 0.6
    delay_minutes: float
    delay_spread: float = 1.0
    confidence: tuple[float, float, float]
    precision: tuple[float, float, float]


# Shares: U.S. Border Patrol encounters by sector, October 2012 to September 2022, 7,452,850 in all
# (DHS OHSS Key Homeland Security Metrics, monthly, rounded to 10), the newest ten fiscal years.
SECTORS: Final[dict[str, SectorPattern]] = {
    "SDC": SectorPattern(
        share=0.0819,
        kind_factor={"tunnel": 6.0, "seizure": 2.0, "drone": 1.5},
    ),
    "ELC": SectorPattern(
        share=0.0410,
        kind_factor={"tunnel": 2.0, "seizure": 1.6},
    ),
    "YUM": SectorPattern(
        share=0.0770,
        regime_factor=1.6,
        kind_factor={"tunnel": 0.5},
    ),
    "TCA": SectorPattern(
        share=0.1343,
        kind_factor={"tunnel": 4.0, "seizure": 1.5, "death": 2.0, "rescue": 1.5, "got-away": 1.4},
    ),
    "EPT": SectorPattern(
        share=0.1152,
        regime_factor=1.4,
        kind_factor={"tunnel": 0.2, "drone": 1.2},
    ),
    "BBT": SectorPattern(
        share=0.0162,
        kind_factor={"tunnel": 0.0, "rescue": 1.8, "death": 1.5, "got-away": 1.6},
    ),
    "DRT": SectorPattern(
        share=0.1284,
        regime_factor=2.0,
        kind_factor={"tunnel": 0.0, "rescue": 1.3},
    ),
    "LRT": SectorPattern(
        share=0.0717,
        kind_factor={"tunnel": 0.0, "seizure": 1.3},
    ),
    "RGV": SectorPattern(
        share=0.3343,
        regime_factor=0.8,
        kind_factor={"tunnel": 0.0, "drone": 1.6, "turn-back": 1.3},
    ),
}

# Order of the five shares in KindPattern.detection.
DETECTIONS: Final[dict[str, DetectionPattern]] = {
    "sensor": DetectionPattern(
        uncertainty_m=120.0,
        delay_minutes=6.0,
        confidence=(0.20, 0.55, 0.25),
        precision=(1.0, 0.0, 0.0),
    ),
    "patrol": DetectionPattern(
        uncertainty_m=40.0,
        delay_minutes=150.0,
        confidence=(0.04, 0.26, 0.70),
        precision=(0.85, 0.15, 0.0),
    ),
    "public-report": DetectionPattern(
        uncertainty_m=1500.0,
        delay_minutes=70.0,
        delay_spread=1.2,
        confidence=(0.50, 0.40, 0.10),
        precision=(0.40, 0.50, 0.10),
    ),
    "partner": DetectionPattern(
        uncertainty_m=400.0,
        delay_minutes=1200.0,
        confidence=(0.12, 0.48, 0.40),
        precision=(0.50, 0.35, 0.15),
    ),
    "record": DetectionPattern(
        uncertainty_m=4000.0,
        delay_minutes=8640.0,
        confidence=(0.15, 0.55, 0.30),
        precision=(0.0, 0.10, 0.90),
    ),
}

KINDS: Final[dict[str, KindPattern]] = {
    "crossing": KindPattern(
        share=0.160,
        peak_hour=0.5,
        hour_focus=1.1,
        count_tail=1.6,
        depth_km=0.2,
        detection=(0.78, 0.08, 0.09, 0.05, 0.0),
    ),
    "apprehension": KindPattern(
        share=0.500,
        peak_hour=5.5,
        hour_focus=0.55,
        count_tail=1.5,
        depth_km=3.5,
        depth_spread=1.2,
        detection=(0.33, 0.56, 0.03, 0.05, 0.03),
    ),
    "turn-back": KindPattern(
        share=0.090,
        peak_hour=22.5,
        hour_focus=0.8,
        count_tail=1.9,
        depth_km=0.4,
        south_share=0.60,
        detection=(0.52, 0.44, 0.0, 0.04, 0.0),
    ),
    "got-away": KindPattern(
        share=0.130,
        peak_hour=2.0,
        hour_focus=1.4,
        count_tail=2.0,
        max_count=60,
        depth_km=5.0,
        detection=(0.78, 0.15, 0.05, 0.02, 0.0),
    ),
    "rescue": KindPattern(
        share=0.018,
        peak_hour=15.0,
        hour_focus=1.0,
        count_tail=1.9,
        max_count=60,
        depth_km=7.0,
        detection=(0.10, 0.45, 0.33, 0.11, 0.01),
    ),
    "death": KindPattern(
        share=0.0015,
        peak_hour=11.0,
        hour_focus=1.2,
        count_tail=3.5,
        max_count=20,
        depth_km=12.0,
        depth_spread=0.9,
        detection=(0.0, 0.34, 0.24, 0.22, 0.20),
    ),
    "seizure": KindPattern(
        share=0.030,
        unit="kg",
        peak_hour=15.5,
        hour_focus=0.7,
        count_tail=0.85,
        count_scale=1.5,
        max_count=4000,
        depth_km=6.0,
        depth_spread=1.2,
        detection=(0.05, 0.63, 0.03, 0.24, 0.05),
    ),
    "tunnel": KindPattern(
        share=0.00002,
        unit="items",
        peak_hour=12.0,
        hour_focus=1.0,
        count_tail=9.0,
        max_count=2,
        depth_km=0.1,
        depth_spread=0.6,
        detection=(0.15, 0.45, 0.15, 0.25, 0.0),
    ),
    "drone": KindPattern(
        share=0.038,
        unit="items",
        peak_hour=22.0,
        hour_focus=1.3,
        count_tail=3.5,
        max_count=12,
        depth_km=0.6,
        south_share=0.40,
        detection=(0.82, 0.12, 0.03, 0.03, 0.0),
    ),
    "other": KindPattern(
        share=0.03248,
        unit="items",
        peak_hour=14.0,
        hour_focus=0.4,
        count_tail=3.0,
        max_count=30,
        depth_km=4.0,
        detection=(0.35, 0.35, 0.15, 0.13, 0.02),
    ),
}

# January to December: median over fiscal years 2013 to 2022 of a month's encounters over its year's
# monthly mean (same source as SECTORS).
SEASON: Final = (0.779, 0.874, 1.140, 1.137, 1.220, 1.039, 1.002, 1.038, 1.113, 0.875, 0.886, 0.892)

# Monday to Sunday, by the UTC day.
WEEKDAY: Final = (1.02, 1.06, 1.07, 1.06, 1.02, 0.92, 0.85)

# Rescues and deaths by month: desert heat after the incidents the IOM Missing Migrants Project
# counts near the line (June to August are 1.6 to 2.5 times the mean there), drownings with the
# spring and summer flow of the river.
HEAT_SECTORS: Final = ("TCA", "EPT")
HEAT: Final = (0.5, 0.5, 0.6, 0.8, 1.3, 2.6, 2.8, 2.3, 1.5, 0.7, 0.5, 0.5)
DROWNING: Final = (0.7, 0.7, 0.9, 1.2, 1.5, 1.6, 1.5, 1.2, 1.0, 0.9, 0.7, 0.6)

CONFIDENCES: Final = ("low", "medium", "high")
PRECISIONS: Final = ("minute", "hour", "day")
