"""The vocabulary of sensors."""

SENSOR_KINDS: dict[str, str] = {
    "tower": "Tower",
    "camera": "Camera",
    "ground": "Ground sensor",
    "radar": "Radar",
    "aerostat": "Aerostat",
    "mobile": "Mobile",
}
