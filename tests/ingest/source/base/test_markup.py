"""Tests of XML of strangers: its root, its elements, and what is refused."""

import io

import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.markup import check_xml

pytestmark = pytest.mark.layers


def test_the_root_is_returned_and_every_element_is_seen() -> None:
    seen: list[str] = []
    stream = io.BytesIO(b"<a><b/><k:c xmlns:k='x'/></a>")
    assert check_xml(stream, file="a.xml", on_start=seen.append) == "a"
    assert seen == ["a", "b", "k:c"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<!DOCTYPE a><a/>", "document type or entities"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type or entities"),
        ("<a>" * 201 + "</a>" * 201, "nested over 200 deep"),
        ("<a><b></a>", "not readable as XML"),
        ("", "not readable as XML"),
    ],
)
def test_what_could_harm_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputFileError, match=rf"a\.xml: .*{why}"):
        check_xml(io.BytesIO(text.encode()), file="a.xml")
