import io

import pytest
from PIL import Image

from cop.export.draft import build_draft
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.query.summary import read_summary

pytestmark = pytest.mark.table


def test_a_draft_has_the_figures_marking_version_and_a_small_map(service: QueryService) -> None:
    picture = Picture(filter=Filter(records="synthetic"))
    draft = build_draft(service, service.view(picture.filter), picture, author="Avery")
    with Image.open(io.BytesIO(draft.thumbnail)) as image:
        assert (image.format, image.size) == ("PNG", (480, 270))
    figures = {figure.title: figure for figure in draft.figures}
    total = read_summary(service, service.view(picture.filter), "kind").total
    assert figures["Events"].amount == total
    assert figures["Events"].value == f"{total:,}"
    watched = figures["24-h coverage"]
    assert watched.amount is not None and watched.value == f"{watched.amount:.0%}"
    assert (draft.version, draft.marking) == (service.warehouse.snapshot.version, "TLP:CLEAR")
