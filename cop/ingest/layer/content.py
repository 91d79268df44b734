"""The content of an uploaded layer: written from a draft, with a style by its values."""

from cop.errors import LayerError
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.photo import store_photo
from cop.ingest.layer.style import MOST_FREQUENT, STEPS, build_style
from cop.model.styling import StyleWords
from cop.model.uploaded import PREFIX, Content
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.feature import write_features
from cop.store.dataset.feature_column import describe_columns


def write_content(
    transaction: WriteTransaction, draft: LayerDraft, own_id: str, *, dataset: str | None = None
) -> tuple[Content, StyleWords | None]:
    """Write the raster of a draft, else its features; return the content and a raster's style.

    The features are the ``dataset``, by default that of the layer.
    """
    dataset = dataset or f"{PREFIX}{own_id}"
    if draft.raster is not None:
        from cop.ingest.layer.raster import store_raster

        transaction.drop(dataset)
        return store_raster(transaction, draft.raster, shown=draft.name)
    if draft.features is None:
        raise LayerError(f"{draft.name}: has no features")
    content = write_features(
        transaction,
        dataset,
        draft.features,
        draft.attributes,
        geometry=draft.geometry,
        identified=draft.identified,
        dated=draft.dated,
        shown=draft.name,
    )
    if not content.n:
        raise LayerError(f"{draft.name}: has no feature, so there is nothing to show")
    if content.undated == content.n:
        # A column of no time at all would hide the layer from every window.
        content = content.model_copy(update={"undated": None})
    if draft.photo is not None:
        content = content.model_copy(update={"photo": store_photo(transaction, draft.photo)})
    return content, None


def suggest_content_style(
    transaction: WriteTransaction, own_id: str, content: Content, *, by: str | None = None
) -> StyleWords:
    """Return a style by the values of a layer's content, by the column ``by``."""
    path = transaction.path_of(f"{PREFIX}{own_id}")
    if path is None or content.raster is not None:
        from cop.ingest.layer.raster import suggest_style

        if by is not None or content.raster is None:
            raise LayerError(f"layer {own_id}: has no features to derive a style from")
        return suggest_style(transaction.folder / content.raster)
    columns = describe_columns(
        transaction.cursor, path, content.attributes, most=MOST_FREQUENT, steps=STEPS
    )
    return build_style(columns, points=content.points > 0, by=by)
