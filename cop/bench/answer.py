"""Comparing answers: as many rows and the same checksum, or a fault that names the question."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cop.bench.case import Case, Question
from cop.errors import CopError

COLUMNS: dict[Question, dict[str, str]] = {
    "points": {
        "lon": "float64",
        "lat": "float64",
        "occurred_at": "datetime64[us]",
        "kind": "object",
        "count": "int64",
    },
    "cells": {"cx": "int64", "cy": "int64", "n": "int64", "count": "int64"},
    "days": {"day": "datetime64[us]", "sector": "object", "n": "int64", "count": "int64"},
    "change": {"rank": "int64", "segment_id": "object", "n": "int64", "previous_n": "int64"},
    "tile": {
        "x": "int64",
        "y": "int64",
        "cell": "int64",
        "n": "int64",
        "kind": "object",
    },
}
"""The columns of an answer. A tile's x and y are units of its extent, or cell numbers."""


class DisagreementError(CopError):
    """Two rivals gave different answers to one question, so no time of the bench is worth much."""


@dataclass(frozen=True)
class Digest:
    """The number of rows and a checksum over their values that does not depend on their order."""

    rows: int
    checksum: int

    def __str__(self) -> str:
        """Return both on one line."""
        return f"{self.rows} rows with checksum {self.checksum:016x}"


def build_digest(question: Question, table: pd.DataFrame) -> Digest:
    """Digest the answer to a question; a table in another dtype or order digests the same."""
    plain = pd.DataFrame(
        {name: table[name].to_numpy().astype(dtype) for name, dtype in COLUMNS[question].items()}
    )
    rows = pd.util.hash_pandas_object(plain, index=False).to_numpy()
    return Digest(len(plain), int(np.add.reduce(rows, dtype=np.uint64)))


def check_agreement(case: Case, ours: Digest, peer: str, theirs: Digest) -> None:
    """Raise DisagreementError where a peer's answer is not ours."""
    if ours != theirs:
        raise DisagreementError(
            f"{case}: ours gives {ours}, {peer} gives {theirs}; one of the two is wrong: run the "
            "same --events and --seed again and compare the rows"
        )
