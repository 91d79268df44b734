"""Tests of KML: plain XML passes, anything that could reach out is refused."""

from pathlib import Path

import pytest

from cop.errors import InputFileError
from cop.ingest.source.kml import check_markup
from tests.support.job import write_job

pytestmark = pytest.mark.layers


def test_plain_xml_passes(tmp_path: Path) -> None:
    job = write_job(tmp_path, "a.kml", "<kml><Document/></kml>", "kml")
    assert check_markup(job) == job.path


def test_entities_are_refused(tmp_path: Path) -> None:
    text = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>'
    with pytest.raises(InputFileError, match=r"a\.kml: it declares a document type"):
        check_markup(write_job(tmp_path, "a.kml", text, "kml"))
