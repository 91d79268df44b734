"""Tests of what every rival of the bench must do."""

from typing import Any

import pandas as pd
import pytest

from cop.bench.case import QUERIES, Case
from cop.bench.rival import READ_COLUMNS, TILE_COLUMNS, Rival
from cop.model.filter import Filter

pytestmark = pytest.mark.store


class Echo(Rival):
    """Answers with the name of what was asked."""

    name = "echo"

    def points(self, case: Case) -> Any:
        return "points", case

    def cells(self, case: Case) -> Any:
        return "cells", case

    def days(self, case: Case) -> Any:
        return "days", case

    def change(self, case: Case) -> Any:
        return "change", case

    def tile(self, case: Case) -> Any:
        return "tile", case

    def table(self, case: Case, answer: Any) -> pd.DataFrame:
        return pd.DataFrame({case.query: [answer]})


@pytest.mark.parametrize(("query", "question"), QUERIES.items())
def test_each_query_asks_its_question(query: str, question: str) -> None:
    case = Case(query=query, filter=Filter())
    rival = Echo()
    assert rival.answer(case) == (question, case)
    rival.close()


def test_a_rival_must_answer_everything() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Rival()  # type: ignore[abstract]


def test_what_a_tile_carries_is_read() -> None:
    assert set(TILE_COLUMNS) < set(READ_COLUMNS)
    assert len(set(READ_COLUMNS)) == len(READ_COLUMNS)
