"""Uploaded layers past and present: the current ones, their revisions, how two differ."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from cop.errors import LayerError, LayerMissingError, StoreError
from cop.ingest.layer.style import MOST_FREQUENT, STEPS, build_style, explain
from cop.model.styling import StyleWords
from cop.model.upload import Bounds
from cop.model.uploaded import Declaration, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.store import open_store
from cop.store.dataset.feature_column import describe_columns
from cop.store.dataset.feature_difference import FeatureDifference, compare_features
from cop.store.dataset.geography import read_line_bounds
from cop.store.dataset.layer import LayerRevision, find_layer, list_revisions, read_layers
from cop.store.dataset.schema import LAYERS
from cop.store.engine import Cursor, open_engine


def build_declaration(current: Declaration | None, changes: Mapping[str, Any]) -> Declaration:
    """Return a declaration changed by ``changes``; LayerError names what is wrong."""
    try:
        return Declaration.model_validate({**(dict(current) if current else {}), **changes})
    except ValidationError as fault:
        raise LayerError(f"layer: {explain(fault)}") from fault


def read_uploaded_layers(settings: StoreSettings) -> dict[str, UploadedLayer]:
    """Return the layers of the newest version by their id on the map."""
    with _reading(settings) as cursor:
        return _newest(cursor, settings)


def read_revisions(
    settings: StoreSettings, layer_id: str
) -> tuple[UploadedLayer, list[LayerRevision]]:
    """Return the current layer, and every stored revision, the newest first."""
    with _reading(settings) as cursor:
        found = find_layer(_newest(cursor, settings), layer_id)
        return found, list_revisions(cursor, settings.data.resolve(), found.id)


def read_line_area(settings: StoreSettings) -> Bounds | None:
    """Return the bounds of the border in the newest version; None without a border."""
    try:
        with _reading(settings) as cursor:
            return read_line_bounds(cursor, read_catalogue(cursor, settings.data.resolve()))
    except StoreError:
        # A warehouse that is not there yet has no border either.
        return None


def suggest_style(settings: StoreSettings, layer_id: str, *, on: str | None = None) -> StyleWords:
    """Return a style by the values of a layer's column ``on``; a raster keeps its own."""
    with _reading(settings) as cursor:
        found = find_layer(_newest(cursor, settings), layer_id)
        revisions = list_revisions(cursor, settings.data.resolve(), found.id)
        file = next((k.features for k in revisions if k.layer.revision == found.revision), None)
        if file is None:
            return found.style
        columns = describe_columns(
            cursor, file, found.content.attributes, most=MOST_FREQUENT, steps=STEPS
        )
        return build_style(columns, points=found.content.points > 0, by=on)


def compare_revisions(
    settings: StoreSettings, layer_id: str, older: int | None = None, newer: int | None = None
) -> FeatureDifference:
    """Compare two revisions, by default the newest with the one before it."""
    with _reading(settings) as cursor:
        found = find_layer(_newest(cursor, settings), layer_id)
        revisions = list_revisions(cursor, settings.data.resolve(), found.id)
        return _compare(cursor, found, revisions, older, newer)


def _compare(
    cursor: Cursor,
    found: UploadedLayer,
    revisions: Sequence[LayerRevision],
    older: int | None,
    newer: int | None,
) -> FeatureDifference:
    known = {revision.layer.revision: revision for revision in revisions}
    later = found.revision if newer is None else newer
    earlier = later - 1 if older is None else older
    for number in (earlier, later):
        if number not in known:
            numbers = ", ".join(map(str, known))
            raise LayerMissingError(
                f"layer {found.id}: revision {number} is not stored; there are: {numbers}"
            )
    files = [known[number].features for number in (earlier, later)]
    return FeatureDifference(older=earlier, newer=later, **compare_features(cursor, *files))


@contextmanager
def _reading(settings: StoreSettings) -> Iterator[Cursor]:
    store = open_store(settings)
    cursor = open_engine(settings, ("spatial", *store.extensions))
    try:
        store.attach(cursor)
        yield cursor
    finally:
        cursor.close()


def _newest(cursor: Cursor, settings: StoreSettings) -> dict[str, UploadedLayer]:
    catalogue = read_catalogue(cursor, settings.data.resolve())
    return read_layers(cursor, catalogue.files.get(LAYERS, ()))
