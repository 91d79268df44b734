"""Tests of GPX: elements are counted, values of extensions stay as they are."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.gpx import open_gpx
from tests.support.job import read_rows, write_job

pytestmark = [pytest.mark.trust, pytest.mark.layers]

GPX = (
    '<gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">'
    "{0}</gpx>"
)


def waypoint(value: str) -> str:
    return f'<wpt lat="31" lon="-111"><extensions><x:a>{value}</x:a></extensions></wpt>'


@pytest.mark.parametrize(
    "values",
    [
        ["007", "8"],
        ["9007199254740993", "1"],
        ["12345678901234567890123"],
        ["0.1", "0.12345678901234567890"],
    ],
)
def test_values_of_extensions_that_gdal_changes_stay_texts(
    tmp_path: Path, values: list[str]
) -> None:
    text = GPX.format("".join(map(waypoint, values)))
    opened = open_gpx(write_job(tmp_path, "a.gpx", text, "gpx"))
    place = opened.names.index("x_a")
    assert [row[place] for row in read_rows(opened).values()] == values
    assert opened.count() == len(values)


def test_plain_numbers_stay_numbers(tmp_path: Path) -> None:
    text = GPX.format(waypoint("7") + waypoint("2147483646"))
    opened = open_gpx(write_job(tmp_path, "a.gpx", text, "gpx"))
    place = opened.names.index("x_a")
    assert [row[place] for row in read_rows(opened).values()] == [7, 2147483646]


def test_long_numbers_in_utf_16_are_refused(tmp_path: Path) -> None:
    text = GPX.format(waypoint("9007199254740993")).encode("utf-16")
    with pytest.raises(InputFileError, match="save it as UTF-8"):
        open_gpx(write_job(tmp_path, "a.gpx", text, "gpx"))
