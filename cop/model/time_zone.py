"""Names of time zones, as models take them."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, however odd the name; None if none is known by it."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def _check_zone(name: str) -> str:
    if find_zone(name) is None:
        raise ValueError(f"{name!r} is not an IANA time zone, such as America/Denver")
    return name


TimeZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_check_zone)]
"""The IANA name of a zone that is known here: America/Denver."""
