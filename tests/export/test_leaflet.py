"""Tests of the map file that works without network: no request, no script from data."""

import json
import re

import pytest

from cop.export.leaflet import OverlayLayer, StandaloneMap, as_script
from cop.export.overlay import Overlay
from cop.model.picture import Viewpoint

pytestmark = pytest.mark.table

VIEW = Viewpoint(lat=31.5, lon=-110.5, zoom=8)


def test_no_text_can_end_the_script_that_holds_it() -> None:
    hostile = {"a": "</script><script>alert(1)</script> <!-- \u2028 &"}
    written = as_script(hostile)
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == hostile


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_script({"a": float("nan")})


def test_the_file_loads_nothing() -> None:
    text = StandaloneMap(VIEW).write(title="Morning", content="<p>x</p>")
    assert "default-src 'none'" in text
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert "<p>x</p>" in text


def test_the_viewpoint_is_that_of_tiles_of_256_pixels() -> None:
    page = StandaloneMap(VIEW)
    assert page.options["zoom"] == 9
    assert page.location == [31.5, -110.5]


def test_titles_stay_text() -> None:
    page = StandaloneMap(VIEW)
    layer = OverlayLayer(Overlay(title="<b>x</b>", features=[], inks=[]))
    layer.add_to(page)
    text = page.write(title="</title><script>1</script>", content="")
    assert layer.layer_name == "&lt;b&gt;x&lt;/b&gt;"
    assert "&lt;/title&gt;&lt;script&gt;1" in text
    assert "<b>x</b>" not in text
