"""What goes to a TAK server and what is taken from it: types by kind, and rules of giving."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cop.model.event import KINDS
from cop.model.giving import GivingRules
from cop.model.marking import MARKINGS, MarkingError, check_marking, is_agency

TakPart = Literal["events", "alerts", "annotations", "sensors"]
TAK_PARTS: Final[tuple[TakPart, ...]] = get_args(TakPart)
_TYPE: Final = r"^[a-z](-[A-Za-z0-9]+){1,12}$"
_NEVER: Final = ("a-f", "t-")
"""Own units and tasks: nothing that we know is one."""
MOST_FRESH_S: Final = 600
"""For how long the position of a unit is shown at most, in seconds."""
PERIOD_OF: Final[dict[str, timedelta]] = {
    "minute": timedelta(0),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
"""How long after its moment an event may have occurred, by the precision of its time."""


class _TakModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TakType(_TakModel):
    """The Cursor-on-Target type of a record, and for how many hours one is good."""

    type: Annotated[str, Field(pattern=_TYPE)]
    stale_h: Annotated[float, Field(gt=0, le=24 * 31, allow_inf_nan=False)]

    @field_validator("type")
    @classmethod
    def _is_ours_to_send(cls, name: str) -> str:
        if name.startswith(_NEVER):
            raise ValueError(f"{name}: no record is an own unit (a-f) or a task (t-)")
        return name

    @property
    def good_for(self) -> timedelta:
        """How long one is good."""
        return timedelta(hours=self.stale_h)


class TakTypes(_TakModel):
    """The types of what goes out, and kinds of what is taken in by the beginning of its type."""

    events: dict[str, TakType]
    alerts: TakType
    annotations: TakType
    sensors: TakType
    incoming: dict[Annotated[str, Field(pattern=_TYPE)], str]

    @model_validator(mode="after")
    def _has_every_kind(self) -> Self:
        for kind in KINDS:
            if kind not in self.events:
                raise ValueError(f"events: no type for {kind}")
        for kind in (*self.events, *self.incoming.values()):
            if kind not in KINDS:
                raise ValueError(f"kind {kind!r}: use {', '.join(KINDS)}")
        for prefix in self.incoming:
            if prefix.startswith(_NEVER):
                raise ValueError(f"incoming: {prefix}: positions of own units are not stored")
        return self

    def kind_of(self, name: str) -> str | None:
        """Return the kind of event that a type is taken in as; None if it is left out."""
        fits = [prefix for prefix in self.incoming if f"{name}-".startswith(f"{prefix}-")]
        return self.incoming[max(fits, key=len)] if fits else None

    @property
    def longest(self) -> timedelta:
        """The longest that an event of any kind is good."""
        return max(of.good_for for of in self.events.values())


class TakOut(_TakModel):
    """What a TAK server is given: ``rules`` as of a partner, whose parts are stated here."""

    parts: tuple[TakPart, ...]
    rules: GivingRules = GivingRules()

    @field_validator("rules")
    @classmethod
    def _has_its_parts_here(cls, rules: GivingRules) -> GivingRules:
        if rules.parts:
            raise ValueError("state `parts` beside `rules`, not in it")
        return rules

    @model_validator(mode="after")
    def _is_exact(self) -> Self:
        others = [part for part in self.parts if part != "events"]
        if others and self.rules.precision != "exact":
            raise ValueError(
                f"{others[0]}: they have exact positions; with precision {self.rules.precision} "
                "give events alone"
            )
        return self


class TakIn(_TakModel):
    """How what comes is marked at least; without a marking that can be read it is TLP:RED.

    With ``units`` positions of own units are shown while they are fresh, which is
    ``units_fresh_s`` at most, and are not stored; ``anonymous`` leaves their callsigns out.
    """

    marking: str = "TLP:AMBER"
    units: bool | Literal["anonymous"] = False
    units_fresh_s: Annotated[int, Field(ge=10, le=MOST_FRESH_S)] = 120

    @field_validator("marking")
    @classmethod
    def _is_marking(cls, text: str) -> str:
        try:
            return check_marking(text)
        except MarkingError as fault:
            raise ValueError(str(fault)) from None


class TakServer(_TakModel):
    """A TAK server: an agency of the policy that stands for all who are connected to it.

    Nothing goes out without ``out``, nothing is taken in without ``into``. With ``exercise`` all
    that goes out is an EXERCISE.
    """

    agency: str
    out: TakOut | None = None
    into: TakIn | None = Field(default=None, alias="in")
    exercise: bool = False

    @field_validator("agency")
    @classmethod
    def _is_code(cls, code: str) -> str:
        if not is_agency(code):
            raise ValueError("use 2 to 12 characters A-Z, 0-9 and -")
        return code

    @property
    def code(self) -> str:
        """The code of its agency."""
        return self.agency

    @property
    def rules(self) -> GivingRules:
        """What it is given."""
        if self.out is None:
            return GivingRules()
        parts = ("events",) if "events" in self.out.parts else ()
        return self.out.rules.model_copy(update={"parts": parts})

    @property
    def hop_limit(self) -> int:
        """Over how many servers what it gets may travel: it is the last that we know of."""
        return 1

    def gives(self, part: TakPart) -> bool:
        """Return whether a part goes out."""
        return self.out is not None and part in self.out.parts


MOST_RESTRICTIVE: Final = MARKINGS[-1]
