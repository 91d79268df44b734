"""A layer as it travels between servers: whose it is, over whom it came, what it is declared as."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cop.model.marking import is_agency
from cop.model.partner import MOST_HOPS
from cop.model.uploaded import Attribute, Declaration

MOST_LAYERS: Final = 1_000
"""Layers of one package."""
_MOST_COLUMNS: Final = 200
_MOST_NUMBER: Final = 10**12


class GivenLayer(BaseModel):
    """A layer of features as it is given; ``declared`` is by its origin, its style as it is drawn.

    ``number`` is the package in which it changed last, ``path`` the servers that it came over, from
    its origin to who gives it, ``hops_left`` to how many more it may go. ``columns`` are those of
    its features; ``dated`` is whether they have times.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[int, Field(ge=1, le=_MOST_NUMBER)]
    origin: str
    record: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    path: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_HOPS)]
    hops_left: Annotated[int, Field(ge=0, le=MOST_HOPS)]
    declared: Declaration
    columns: Annotated[tuple[Attribute, ...], Field(max_length=_MOST_COLUMNS)] = ()
    dated: bool = False

    @model_validator(mode="after")
    def _is_way(self) -> "GivenLayer":
        if not all(map(is_agency, self.path)) or len({*self.path}) < len(self.path):
            raise ValueError("its path is not one of agencies, each once")
        if self.path[0] != self.origin:
            raise ValueError(f"its path does not begin at {self.origin}")
        return self

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by between servers: its origin and its record."""
        return self.origin, self.record

    @property
    def file(self) -> str:
        """The name of its features in a package."""
        return f"layers/{self.record}-{self.origin.lower()}.parquet"
