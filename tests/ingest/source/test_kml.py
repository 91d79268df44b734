"""Tests of KML: plain XML passes, anything that could reach out is refused."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.kml import check_markup, open_kml
from tests.support.job import write_job

pytestmark = pytest.mark.layers


def test_plain_xml_passes(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.kml", "<kml><Document/></kml>", "kml")
    assert check_markup(job) == job.path


@pytest.mark.trust
@pytest.mark.parametrize("name", ["Датум_рођења", "Kilómetro", "Agency_contact", "út_száma"])
def test_names_of_fields_keep_their_letters(tmp_path: Path, name: str) -> None:
    """Each byte of such a letter was an underscore: __________."""
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><ExtendedData>'
        f'<Data name="{name.replace("_", " ")}"><value>7</value></Data></ExtendedData>'
        "<Point><coordinates>-110,31</coordinates></Point></Placemark></kml>"
    )
    opened = open_kml(write_job(tmp_path, "a.kml", text, "kml"))
    assert name in opened.names


def test_entities_are_refused(tmp_path: Path) -> None:
    text = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>'
    with pytest.raises(InputFileError, match=r"a\.kml: it declares a document type"):
        check_markup(write_job(tmp_path, "a.kml", text, "kml"))


@pytest.mark.trust
@pytest.mark.parametrize(("first", "second"), [("Note", "note"), ("Name", "name")])
def test_fields_that_differ_by_case_keep_their_values(
    tmp_path: Path, first: str, second: str
) -> None:
    """GDAL took them for one, with the values of the last; a field "name" for the placemark's."""
    field = '<Data name="{0}"><value>{1}</value></Data>'
    own = "<name>calm</name>" if first == "Name" else ""
    fields = ("" if own else field.format(first, "calm")) + field.format(second, "busy")
    mark = (
        f"<Placemark>{own}<ExtendedData>{fields}</ExtendedData>"
        "<Point><coordinates>-111,31</coordinates></Point></Placemark>"
    )
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>'
    job = write_job(tmp_path, "a.kml", kml, "kml")
    (batch,) = open_kml(job).read()
    assert batch.columns[first].to_pylist() == ["calm"]
    assert batch.columns[f"{second}_2"].to_pylist() == ["busy"]
    assert [(one.code, one.column) for one in job.notes.list()] == [("duplicate_columns", second)]
