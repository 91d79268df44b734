"""The bar of a lost server is mounted on every page; the wall says it in its own size."""

import json

import pytest

from cop.app import list_pages
from tests.ui.component.conftest import OpenScript

pytestmark = [pytest.mark.glance, pytest.mark.table]


def framed() -> None:
    from cop.ui.component.frame import render_page

    render_page(lambda: None)


def alone() -> None:
    from cop.ui.component.frame import render_page

    render_page(lambda: None, connection=False)


def test_the_frame_of_a_page_watches_the_connection(open_script: OpenScript) -> None:
    page = open_script(framed).run()
    assert not page.exception
    (mounted,) = page.get("bidi_component")
    assert json.loads(mounted.proto.json) == {"health": "/healthz", "theme": "dark"}
    assert not mounted.proto.isolate_styles, "the bar lies beside the page, not within it"
    assert not open_script(alone).run().get("bidi_component")


def test_every_page_but_the_wall_has_it() -> None:
    without = [path.stem for path in list_pages() if "connection=False" in path.read_text()]
    assert without == ["Wall"]
