"""Tests that every source that a profile may name is there, and hands over what it reads."""

from pathlib import Path
from typing import get_args

import pytest

from cop.ingest.profile import TableReader, read_profile
from cop.ingest.source.registry import SOURCES, read_batches, read_table
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.house


def test_every_name_has_its_source() -> None:
    assert set(SOURCES) == set(get_args(TableReader))


def test_a_table_is_its_batches(tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row(), iom_row(t="2020-06-01")])
    profile = read_profile("iom_mmp")
    (batch,) = read_batches(path, profile)
    assert read_table(path, profile).equals(batch)
    assert len(batch) == 2
