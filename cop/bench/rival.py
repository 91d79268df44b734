"""What every rival of the bench must do: answer in its own way, then show the answer as a table."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import pandas as pd

from cop.bench.case import Case

TILE_COLUMNS = (
    "count", "kind", "event_id", "source", "sector", "segment_id", "confidence", "marking",
    "occurred_at", "synthetic",
)  # fmt: skip
"""What a point of an event tile carries beside its place."""
READ_COLUMNS = ("lon", "lat", "mx", "my", *TILE_COLUMNS)
"""What the questions touch."""


class Rival(ABC):
    """Answers every question of the bench, the answer materialized."""

    name: ClassVar[str]

    def answer(self, case: Case) -> Any:
        """Return the answer in the rival's own form; this is what is timed."""
        questions = {
            "points": self.points,
            "cells": self.cells,
            "days": self.days,
            "change": self.change,
            "tile": self.tile,
        }
        return questions[case.question](case)

    @abstractmethod
    def points(self, case: Case) -> Any:
        """Select lon, lat, occurred_at, kind and count of each event."""

    @abstractmethod
    def cells(self, case: Case) -> Any:
        """Sum n and count by coarse cell cx, cy."""

    @abstractmethod
    def days(self, case: Case) -> Any:
        """Sum n and count by day and sector."""

    @abstractmethod
    def change(self, case: Case) -> Any:
        """Rank the top segments by change in percent: segment_id, n, previous_n.

        Only segments with events in both periods; ties by n, then by segment_id.
        """

    @abstractmethod
    def tile(self, case: Case) -> Any:
        """Build an event tile: points, or cells with their most frequent kind."""

    @abstractmethod
    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        """Show an answer as a table with the columns of its question; not timed."""

    def close(self) -> None:
        """Release what it holds outside of this process; most hold nothing."""
        return
