"""Tests of refused rows kept beside a load: in the order of the file, whatever came when."""

from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.sink.reject import open_rejects
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction

pytestmark = pytest.mark.house


def rejects(*rows: int) -> pd.DataFrame:
    return pd.DataFrame({"cell": "x", ROW: rows, "reason": [f"why {row}" for row in rows]})


def test_rows_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "rejects")
    with open_transaction(settings) as transaction, open_rejects(settings.data) as log:
        log.add(rejects(2, 5))
        log.add(rejects(11), batch=1)
        log.add(rejects(3), batch=0)
        log.add(rejects(), batch=2)
        assert log.n == 4
        assert log.first(3) == [(2, "why 2"), (3, "why 3"), (5, "why 5")]
        path = log.publish(transaction, "test", "a.csv")
        assert path is not None
        written = (settings.data / path).read_text()
    assert written.splitlines()[0] == "row,reason,cell,file"
    assert written.splitlines()[2] == "3,why 3,x,a.csv"
    assert len(written.splitlines()) == 5


def test_no_rows_are_no_file(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "rejects")
    with open_transaction(settings) as transaction, open_rejects(settings.data) as log:
        assert log.first(5) == []
        assert log.publish(transaction, "test", "a.csv") is None
