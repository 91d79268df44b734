"""The content of an uploaded layer: what a draft must have, and the style by its values."""

from pathlib import Path

import pytest

from cop.errors import LayerError
from cop.ingest.layer.content import suggest_content_style, write_content
from cop.ingest.layer.draft import LayerDraft, read_draft
from cop.model.styling import FillWords, StyleWords
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.layers


def test_content_is_counted_by_shape_and_styled_by_a_column(
    own_warehouse: Path, tmp_path: Path
) -> None:
    draft = read_draft(write_draft(tmp_path / "draft", make_features(kind=["a", "b", "a", "b"])))
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        content, style = write_content(transaction, draft, "abcdefgh")
        assert (content.n, content.areas, content.lines, content.points) == (4, 1, 1, 2)
        assert style is None, "only a raster has a style of its own"
        suggested = suggest_content_style(transaction, "abcdefgh", content, by="kind")
        transaction.discard()
    assert isinstance(suggested, StyleWords)
    assert isinstance(suggested.fill, FillWords)
    assert suggested.fill.property == "kind"


def test_a_draft_without_features_is_refused(own_warehouse: Path, tmp_path: Path) -> None:
    draft = read_draft(write_draft(tmp_path / "draft", make_features()))
    empty = LayerDraft(name="towers", features=None, raster=None, report=draft.report)
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        with pytest.raises(LayerError, match="towers: has no features"):
            write_content(transaction, empty, "abcdefgh")
        transaction.discard()
