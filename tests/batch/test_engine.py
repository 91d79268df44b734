"""Tests of the choice of an engine, and of what is said where a package lacks."""

from contextlib import closing

import pytest

from cop.batch.engine import open_batch_engine
from cop.batch.local import DuckEngine
from cop.errors import SettingsError
from cop.settings import StoreSettings
from tests.support.lacking import lacking

pytestmark = pytest.mark.scale
SETTINGS = StoreSettings()


def test_duckdb_is_on_this_machine() -> None:
    with closing(open_batch_engine("duckdb", spark=None, settings=SETTINGS)) as engine:
        assert isinstance(engine, DuckEngine)


def test_spark_needs_an_address_and_duckdb_takes_none() -> None:
    with pytest.raises(SettingsError, match=r"--spark spark://HOST:PORT"):
        open_batch_engine("spark", spark=None, settings=SETTINGS)
    with pytest.raises(SettingsError, match="--spark is of --engine spark"):
        open_batch_engine("duckdb", spark="spark://127.0.0.1:7077", settings=SETTINGS)


@pytest.mark.parametrize(
    ("module", "package", "spark", "extra"),
    [
        ("cop.batch.local", "ibis", None, "batch"),
        ("cop.batch.spark", "pyspark", "spark://127.0.0.1:7077", "spark"),
    ],
)
def test_what_lacks_is_named_with_its_extra(
    module: str, package: str, spark: str | None, extra: str
) -> None:
    with (
        lacking(package, seen_by=module),
        pytest.raises(SettingsError, match=rf"cop\[{extra}\]"),
    ):
        open_batch_engine("spark" if spark else "duckdb", spark=spark, settings=SETTINGS)
