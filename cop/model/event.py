"""The vocabulary of an event: kinds, units, means of detection, confidence, time precision."""

KINDS: dict[str, str] = {
    "crossing": "Crossing",
    "apprehension": "Apprehension",
    "turn-back": "Turn-back",
    "got-away": "Got-away",
    "rescue": "Rescue",
    "death": "Death",
    "seizure": "Seizure",
    "tunnel": "Tunnel",
    "drone": "Drone",
    "other": "Other",
}
UNITS = ("people", "kg", "vehicles", "items")
DETECTIONS = ("sensor", "patrol", "public-report", "partner", "record")
CONFIDENCES = ("low", "medium", "high")
TIME_PRECISIONS = ("minute", "hour", "day", "month", "year")
OUTSIDE = "NONE"
"""The sector, county or segment of an event that lies outside every one of them."""
