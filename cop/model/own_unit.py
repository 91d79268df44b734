"""Own units: where one is now, as a TAK server says; the last position replaces those before."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

UNIT_TYPE: Final = re.compile(r"a-f(-[A-Za-z0-9]{1,12}){0,10}", re.ASCII)
"""Cursor-on-Target types of friendly units, which are taken as own ones."""
MOST_CALLSIGN: Final = 40
MadeUp = Literal["", "EXERCISE", "SYNTHETIC"]
_TITLES: Final = {
    "a-f": "Unit",
    "a-f-G": "Ground unit",
    "a-f-G-E": "Equipment",
    "a-f-G-E-V": "Vehicle",
    "a-f-G-I": "Installation",
    "a-f-A": "Aircraft",
    "a-f-A-M-F": "Fixed-wing aircraft",
    "a-f-A-M-F-Q": "Drone",
    "a-f-A-M-H": "Helicopter",
    "a-f-A-M-H-Q": "Drone",
    "a-f-S": "Vessel",
    "a-f-U": "Submarine",
}


class OwnUnit(BaseModel):
    """The newest position of a unit: degrees EPSG:4326, accuracy in meters, naive UTC.

    ``key`` tells units apart while they are shown and says nothing of their uid. It is fresh until
    ``until``. ``callsign`` is empty where units are anonymous.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    type: Annotated[str, Field(pattern=f"^{UNIT_TYPE.pattern}$")]
    callsign: Annotated[str, Field(max_length=MOST_CALLSIGN)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
    at: datetime
    until: datetime
    marking: str
    made_up: MadeUp

    @property
    def title(self) -> str:
        """What it is, in words."""
        fits = [prefix for prefix in _TITLES if f"{self.type}-".startswith(f"{prefix}-")]
        return _TITLES[max(fits, key=len)]
