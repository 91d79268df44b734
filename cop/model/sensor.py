"""The vocabulary of sensors."""

from typing import Final, Literal

SENSOR_KINDS: dict[str, str] = {
    "tower": "Tower",
    "camera": "Camera",
    "ground": "Ground sensor",
    "radar": "Radar",
    "aerostat": "Aerostat",
    "mobile": "Mobile",
}

SensorState = Literal["up", "degraded", "down", "unknown"]

SENSOR_STATES: dict[SensorState, str] = {
    "up": "Working",
    "degraded": "Degraded",
    "down": "Down",
    "unknown": "Not reported",
}

USUAL_HEIGHT_M: Final[dict[str, float]] = {
    "tower": 24.0,
    "camera": 8.0,
    "ground": 1.0,
    "radar": 20.0,
    "aerostat": 1_500.0,
    "mobile": 6.0,
}
"""Above the ground, taken where a sensor's height is not stated: an assumption, told as one."""
USUAL_OTHER_HEIGHT_M: Final = 5.0
HEIGHT_LIMITS_M: Final = (0.0, 50_000.0)
