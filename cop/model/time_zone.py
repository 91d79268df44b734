"""Names of time zones, as models take them."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as fault:
        raise ValueError(f"{name!r} is not an IANA time zone, such as America/Denver") from fault
    return name


TimeZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_check_zone)]
"""The IANA name of a zone that is known here: America/Denver."""
