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
    "conflict": "Armed conflict",
    "other": "Other",
}
UNITS = ("people", "kg", "vehicles", "items")
DETECTIONS = ("sensor", "patrol", "public-report", "partner", "record")
CONFIDENCES = ("low", "medium", "high")
TIME_PRECISIONS = ("minute", "hour", "day", "week", "month", "year")
CLOCK_PRECISIONS = ("minute", "hour")
"""Of these alone the hour of the day is known; the rest is placed at the start of its period."""
COMPOSITION: dict[str, str] = {
    "single_adults": "Single adults",
    "family_members": "People in family units",
    "unaccompanied_children": "Unaccompanied children",
}
"""Groups that a count of people may be made of; each is a count of people too."""
OUTSIDE = "NONE"
"""The sector, county or segment of an event that lies outside every one of them."""
