"""The steps of an uploaded layer's life, each one version of the warehouse and one audit step."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cop.errors import LayerError, LayerMissingError, RevisionConflictError
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.photo import store_photo
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.style import MOST_FREQUENT, STEPS, build_style, explain
from cop.ingest.region import ensure_region
from cop.model.moment import utc_now
from cop.model.styling import StyleWords
from cop.model.symbol import Symbol
from cop.model.uploaded import (
    PREFIX,
    Content,
    Declaration,
    State,
    UploadedLayer,
    new_layer_id,
)
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.feature import write_features
from cop.store.dataset.feature_column import describe_columns
from cop.store.dataset.feature_difference import FeatureDifference, compare_features
from cop.store.dataset.layer import (
    LayerRevision,
    find_layer,
    list_revisions,
    store_layer,
    stored_layers,
)
from cop.store.dataset.source import Source, register_source, withdraw_source
from cop.store.room.audit import note_step
from cop.store.room.uploader import forget_origin, note_origin

SUBJECT = "layer"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a step made: the layer as it is now, the version that shows it, what differs.

    ``version`` is None where nothing changed, so that no version was made.
    """

    layer: UploadedLayer
    version: int | None
    difference: FeatureDifference | None = None


def publish_layer(
    settings: StoreSettings,
    draft: LayerDraft,
    declared: Declaration,
    *,
    by: str,
    layer_id: str | None = None,
    state: State = "published",
    quota: Quota | None = None,
    based_on: int | None = None,
) -> Step:
    """Publish a LayerDraft as a new layer, or as the next revision of the layer ``layer_id``.

    A draft state is served by its address alone and listed nowhere. What is the same as before
    makes no version. ``based_on`` is the revision that ``declared`` and ``state`` were made from.
    Raise InputFileError for features, LayerError for a style that cannot be taken, QuotaError
    where it is too much for its owner, RevisionConflictError where the layer is no longer at
    ``based_on``; nothing is published then.
    """
    with _opened(settings) as transaction:
        ensure_region(transaction, settings.region)
        stored = stored_layers(transaction)
        before = None if layer_id is None else find_layer(stored, layer_id)
        if before is not None and based_on is not None and before.revision != based_on:
            raise RevisionConflictError(
                f"layer {before.id} ({before.declared.title}) is at revision {before.revision}, "
                f"changed by {before.changed_by} since revision {based_on}: try again"
            )
        own_id = _free_id(stored) if before is None else before.id
        earlier_path = transaction.path_of(f"{PREFIX}{own_id}")
        content, suggested = _write(transaction, draft, own_id)
        style = declared.style or suggested or _default_style(transaction, own_id, content)
        layer = _revise(
            before,
            by,
            id=own_id,
            state=state,
            declared=declared,
            content=content,
            style=style,
        )
        if (
            before is not None
            and _is_same(before, layer)
            and earlier_path == _path_of(transaction, layer)
        ):
            transaction.discard()
            return Step(layer=before, version=None)
        if quota is not None:
            quota.check(transaction, settings, layer, stored=stored.values())
        with _noting(settings, layer, quota if before is None else None):
            return _finish(
                settings, transaction, layer, by=by, file=draft.name, path_before=earlier_path,
                action="upload" if before is None else "refresh",
            )  # fmt: skip


def show_draft(
    settings: StoreSettings, layer_id: str, *, by: str, declared: Declaration | None = None
) -> Step:
    """Put a layer that was only a draft on everyone's map, as what is then ``declared``."""
    return _change(
        settings, layer_id, by=by, action="publish", state="published", declared=declared
    )


def restyle_layer(
    settings: StoreSettings,
    layer_id: str,
    style: StyleWords | None,
    *,
    by: str,
    on: str | None = None,
) -> Step:
    """Draw a layer otherwise; without a style by one made of the data, by the column ``on``."""
    with _opened(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        _check_standing(before, "style")
        new_style = style or _default_style(transaction, before.id, before.content, by=on)
        declared_style = new_style if style is not None or on is not None else None
        declared = before.declared.model_copy(update={"style": declared_style})
        layer = _revise(before, by, declared=declared, style=new_style)
        if _is_same(before, layer):
            transaction.discard()
            return Step(layer=before, version=None)
        return _finish(settings, transaction, layer, by=by, action="style")


def declare_layer(
    settings: StoreSettings, layer_id: str, declared: Declaration, *, by: str
) -> Step:
    """Say otherwise what a layer is: its title, source, marking and the like."""
    return _change(settings, layer_id, by=by, action="declare", declared=declared)


def retire_layer(settings: StoreSettings, layer_id: str, *, by: str) -> Step:
    """Take a layer off everyone's map; its revisions stay in the versions that are kept."""
    with _opened(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        _check_standing(before, "retire")
        return _retire(settings, transaction, before, by=by, action="retire")


def rollback_layer(
    settings: StoreSettings, layer_id: str, revision: int, *, by: str, quota: Quota | None = None
) -> Step:
    """Show an earlier revision again, data, words and style, as the newest one.

    LayerMissingError where that revision is no longer kept, QuotaError where a retired layer would
    be too much for its owner.
    """
    with _opened(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        earlier = find_revision(transaction, before.id, revision)
        return _restore(
            settings, transaction, before, earlier, by=by, action="rollback", quota=quota
        )


def undo_layer(
    settings: StoreSettings, layer_id: str, *, by: str, quota: Quota | None = None
) -> Step:
    """Take back the last step on a layer: the revision before is shown again as the newest.

    A layer that has but one is taken off the map. QuotaError where a retired layer would be too
    much for its owner.
    """
    with _opened(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        if before.revision == 1:
            return _retire(settings, transaction, before, by=by, action="undo")
        earlier = find_revision(transaction, before.id, before.revision - 1)
        return _restore(settings, transaction, before, earlier, by=by, action="undo", quota=quota)


def find_revision(transaction: WriteTransaction, layer_id: str, revision: int) -> LayerRevision:
    """Return a revision that some kept version shows."""
    revisions = list_revisions(transaction.cursor, transaction.folder, layer_id)
    found = next((k for k in revisions if k.layer.revision == revision), None)
    if found is None:
        numbers = ", ".join(str(k.layer.revision) for k in revisions)
        raise LayerMissingError(
            f"layer {layer_id}: revision {revision} is not kept; there are: {numbers or 'none'}"
        )
    return found


def _change(
    settings: StoreSettings,
    layer_id: str,
    *,
    by: str,
    action: str,
    declared: Declaration | None = None,
    state: State | None = None,
) -> Step:
    with _opened(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        _check_standing(before, action)
        declaration = declared or before.declared
        style = declaration.style or before.style
        layer = _revise(before, by, declared=declaration, state=state or before.state, style=style)
        if _is_same(before, layer):
            transaction.discard()
            return Step(layer=before, version=None)
        return _finish(settings, transaction, layer, by=by, action=action)


def _restore(
    settings: StoreSettings,
    transaction: WriteTransaction,
    before: UploadedLayer,
    revision: LayerRevision,
    *,
    by: str,
    action: str,
    quota: Quota | None,
) -> Step:
    path_before = transaction.path_of(before.name)
    if revision.features is not None:
        transaction.reuse_file(before.name, revision.features)
    else:
        transaction.drop(before.name)
    layer_then = revision.layer
    layer = _revise(
        before,
        by,
        state=layer_then.state,
        declared=layer_then.declared,
        content=layer_then.content,
        style=layer_then.style,
    )
    returns = before.state == "retired" and layer.state != "retired"
    if quota is not None and returns:
        quota.check(transaction, settings, layer, stored=stored_layers(transaction).values())
    with _noting(settings, layer, quota if returns else None):
        step = _finish(
            settings, transaction, layer, by=by, action=action, path_before=path_before,
            detail=f"to revision {layer_then.revision}",
        )  # fmt: skip
    if layer.state == "retired":
        forget_origin(settings, layer.id)
    return step


@contextmanager
def _noting(settings: StoreSettings, layer: UploadedLayer, quota: Quota | None) -> Iterator[None]:
    """Note where a layer comes from before the lock is given up; not where it is not published."""
    address = None if quota is None else quota.address
    if address is None:
        yield
        return
    note_origin(settings, layer.id, address)
    try:
        yield
    except BaseException:
        forget_origin(settings, layer.id)
        raise


def _retire(
    settings: StoreSettings,
    transaction: WriteTransaction,
    before: UploadedLayer,
    *,
    by: str,
    action: str,
) -> Step:
    transaction.drop(before.name)
    layer = _revise(before, by, state="retired")
    step = _finish(settings, transaction, layer, by=by, action=action)
    forget_origin(settings, layer.id)
    return step


@contextmanager
def _opened(settings: StoreSettings) -> Iterator[WriteTransaction]:
    """Open the warehouse; what a person said that no layer can be is a LayerError."""
    try:
        with open_transaction(settings) as transaction:
            yield transaction
    except ValidationError as fault:
        raise LayerError(f"layer: {explain(fault)}") from fault


def _write(
    transaction: WriteTransaction, draft: LayerDraft, own_id: str
) -> tuple[Content, StyleWords | None]:
    """Write what a LayerDraft holds: its raster where it has one, else its features."""
    dataset = f"{PREFIX}{own_id}"
    if draft.raster is not None:
        from cop.ingest.layer.raster import store_raster

        transaction.drop(dataset)
        return store_raster(transaction, draft.raster, shown=draft.name)
    if draft.features is None:
        raise LayerError(f"{draft.name}: holds no features")
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
        raise LayerError(f"{draft.name}: holds no feature, so there is nothing to show")
    if content.undated == content.n:
        # A column of no time at all would hide the layer from every window.
        content = content.model_copy(update={"undated": None})
    if draft.photo is not None:
        content = content.model_copy(update={"photo": store_photo(transaction, draft.photo)})
    return content, None


def _default_style(
    transaction: WriteTransaction, own_id: str, content: Content, *, by: str | None = None
) -> StyleWords:
    path = transaction.path_of(f"{PREFIX}{own_id}")
    if path is None or content.raster is not None:
        from cop.ingest.layer.raster import suggest_style

        if by is not None or content.raster is None:
            raise LayerError(f"layer {own_id}: has no features to make a style of")
        return suggest_style(transaction.folder / content.raster)
    columns = describe_columns(
        transaction.cursor, path, content.attributes, most=MOST_FREQUENT, steps=STEPS
    )
    return build_style(columns, points=content.points > 0, by=by)


def _revise(before: UploadedLayer | None, by: str, **changes: object) -> UploadedLayer:
    """Return the next revision of a layer, validated anew, with the symbols of its style drawn."""
    current = {"owner": by} if before is None else dict(before)
    style = changes.get("style") or (before and before.style)
    if isinstance(style, StyleWords):
        changes["symbols"] = _draw(style.codes, before.drawn if before else {})
    number = 1 if before is None else before.revision + 1
    step = {"revision": number, "changed_by": by, "changed_at": utc_now()}
    return UploadedLayer.model_validate({**current, **changes, **step})


def _draw(codes: Sequence[str], drawn: Mapping[str, Symbol]) -> tuple[Symbol, ...]:
    if not codes:
        return ()
    from cop.ingest.symbol.draw import draw_symbols

    return tuple(draw_symbols(codes, drawn).values())


def _is_same(before: UploadedLayer, after: UploadedLayer) -> bool:
    step = {"revision", "changed_by", "changed_at"}
    return before.model_dump(exclude=step) == after.model_dump(exclude=step)


def _check_standing(layer: UploadedLayer, action: str) -> None:
    if layer.state == "retired":
        raise LayerError(
            f"layer {layer.id} ({layer.declared.title}) is retired, so that `{action}` has nothing "
            "to change: bring it back with `cop layer rollback` or `undo` first"
        )


def _path_of(transaction: WriteTransaction, layer: UploadedLayer) -> Path | None:
    return transaction.path_of(layer.name)


def _free_id(stored: dict[str, UploadedLayer]) -> str:
    return next(found for found in iter(new_layer_id, "") if f"{PREFIX}{found}" not in stored)


def _finish(
    settings: StoreSettings,
    transaction: WriteTransaction,
    layer: UploadedLayer,
    *,
    by: str,
    action: str,
    file: str = "",
    detail: str = "",
    path_before: Path | None = None,
) -> Step:
    """Publish the features, the declaration and the source at once; then note the step."""
    store_layer(transaction, layer)
    if layer.state == "published":
        register_source(transaction, _source_of(layer))
    else:
        withdraw_source(transaction, layer.name)
    now_path = transaction.path_of(layer.name)
    difference = None
    if action in ("upload", "refresh", "rollback", "undo") and path_before != now_path:
        found = compare_features(transaction.cursor, path_before, now_path)
        difference = FeatureDifference(older=layer.revision - 1, newer=layer.revision, **found)
    # Refused here rather than at every reader: a style must build, and ids must be addresses.
    layer.build_layer()
    words = " ".join(filter(None, (action, detail)))
    version = transaction.commit(
        f"layer {layer.id} {layer.declared.title!r}: {words} by {by}, revision {layer.revision}",
        load=_note(layer, file, difference) if difference and file else None,
    )
    summary = f"revision {layer.revision}, {layer.state}, {layer.content.n} features"
    note_step(
        settings,
        who=by,
        subject=f"{SUBJECT} {layer.id}",
        action=action,
        version=version,
        detail=", ".join(filter(None, (detail, summary, _describe_difference(difference)))),
    )
    return Step(layer=layer, version=version, difference=difference)


def _describe_difference(difference: FeatureDifference | None) -> str:
    if difference is None:
        return ""
    return f"+{difference.added} -{difference.removed} ~{difference.changed}"


def _note(layer: UploadedLayer, file: str, difference: FeatureDifference) -> LoadNote:
    return LoadNote(
        source=layer.name,
        profile="",
        file=file,
        kind="layers",
        accepted=difference.added,
        rejected=0,
        duplicate=difference.same,
        superseded=difference.changed,
    )


def _source_of(layer: UploadedLayer) -> Source:
    declared = layer.declared
    return Source(
        id=layer.name,
        title=declared.source if declared.source != "not stated" else declared.title,
        publisher=declared.agency,
        terms=declared.terms,
        marking=declared.marking,
        synthetic=declared.synthetic,
        kind="layers",
        as_of=layer.content.newest,
    )
