"""The steps of an uploaded layer's life, each one version of the warehouse and one audit step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cop.errors import LayerMissingError, RevisionConflictError
from cop.ingest.layer.content import suggest_content_style, write_content
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.received import restore_received
from cop.ingest.layer.step import (
    Step,
    check_marking,
    check_not_retired,
    check_own,
    finish_step,
    is_same_layer,
    open_layers,
    revise_layer,
)
from cop.ingest.region import ensure_region
from cop.model.marking import highest_marking
from cop.model.styling import StyleWords
from cop.model.uploaded import PREFIX, Declaration, State, UploadedLayer, new_layer_id
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.layer import LayerRevision, find_layer, list_revisions, stored_layers
from cop.store.room.uploader import forget_origin, note_origin


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
    makes no version. ``based_on`` is the revision that ``declared`` and ``state`` start from.
    Raise InputFileError for features, LayerError for a style that cannot be taken, QuotaError
    where it is too much for its owner, RevisionConflictError where the layer is no longer at
    ``based_on``; nothing is published then.
    """
    with open_layers(settings) as transaction:
        ensure_region(transaction, settings.region)
        stored = stored_layers(transaction)
        before = None if layer_id is None else find_layer(stored, layer_id)
        if before is not None and based_on is not None and before.revision != based_on:
            raise RevisionConflictError(
                f"layer {before.id} ({before.declared.title}) is at revision {before.revision}, "
                f"changed by {before.changed_by} since revision {based_on}: try again"
            )
        if before is not None:
            check_own(before, "refresh")
        check_marking(before, declared)
        own_id = find_free_id(stored) if before is None else before.id
        earlier_path = transaction.path_of(f"{PREFIX}{own_id}")
        content, suggested = write_content(transaction, draft, own_id)
        style = declared.style or draft.style or suggested
        style = style or suggest_content_style(transaction, own_id, content)
        layer = revise_layer(
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
            and is_same_layer(before, layer)
            and earlier_path == _path_of(transaction, layer)
        ):
            transaction.discard()
            return Step(layer=before, version=None)
        if quota is not None:
            quota.check(transaction, settings, layer, stored=stored.values())
        with noting_origin(settings, layer, quota if before is None else None):
            return finish_step(
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
    """Change the style of a layer; without one, derive it from the data, by the column ``on``."""
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        check_own(before, "style")
        check_not_retired(before, "style")
        new_style = style or suggest_content_style(transaction, before.id, before.content, by=on)
        declared_style = new_style if style is not None or on is not None else None
        declared = before.declared.model_copy(update={"style": declared_style})
        layer = revise_layer(before, by, declared=declared, style=new_style)
        if is_same_layer(before, layer):
            transaction.discard()
            return Step(layer=before, version=None)
        return finish_step(settings, transaction, layer, by=by, action="style")


def retire_layer(settings: StoreSettings, layer_id: str, *, by: str) -> Step:
    """Take a layer off everyone's map; its revisions stay in the stored versions."""
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        check_not_retired(before, "retire")
        return _retire(settings, transaction, before, by=by, action="retire")


def rollback_layer(
    settings: StoreSettings, layer_id: str, revision: int, *, by: str, quota: Quota | None = None
) -> Step:
    """Show an earlier revision again, data, words and style, as the newest one.

    LayerMissingError if that revision is no longer stored, QuotaError where a retired layer would
    be too much for its owner.
    """
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        check_own(before, "rollback")
        earlier = find_revision(transaction, before.id, revision)
        return _restore(
            settings, transaction, before, earlier, by=by, action="rollback", quota=quota
        )


def undo_layer(
    settings: StoreSettings, layer_id: str, *, by: str, quota: Quota | None = None
) -> Step:
    """Take back the last step on a layer: the revision before is shown again as the newest.

    A layer that has but one is taken off the map. One of a partner that was retired here is shown
    again as the partner gives it now. QuotaError where a retired layer would be too much for its
    owner.
    """
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        if before.received is not None and before.state == "retired":
            layer = restore_received(transaction, before, by=by)
            return finish_step(settings, transaction, layer, by=by, action="undo")
        check_own(before, "undo")
        if before.revision == 1:
            return _retire(settings, transaction, before, by=by, action="undo")
        earlier = find_revision(transaction, before.id, before.revision - 1)
        return _restore(settings, transaction, before, earlier, by=by, action="undo", quota=quota)


def find_revision(transaction: WriteTransaction, layer_id: str, revision: int) -> LayerRevision:
    """Return a stored revision of a layer."""
    revisions = list_revisions(transaction.cursor, transaction.folder, layer_id)
    found = next((k for k in revisions if k.layer.revision == revision), None)
    if found is None:
        numbers = ", ".join(str(k.layer.revision) for k in revisions)
        raise LayerMissingError(
            f"layer {layer_id}: revision {revision} is not stored; there are: {numbers or 'none'}"
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
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        check_own(before, action)
        check_not_retired(before, action)
        declaration = declared or before.declared
        check_marking(before, declaration)
        style = declaration.style or before.style
        layer = revise_layer(
            before, by, declared=declaration, state=state or before.state, style=style
        )
        if is_same_layer(before, layer):
            transaction.discard()
            return Step(layer=before, version=None)
        return finish_step(settings, transaction, layer, by=by, action=action)


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
    # What was raised since stays: an earlier marking is no decision to release.
    marking = highest_marking((before.declared.marking, layer_then.declared.marking))
    layer = revise_layer(
        before,
        by,
        state=layer_then.state,
        declared=layer_then.declared.model_copy(update={"marking": marking}),
        content=layer_then.content,
        style=layer_then.style,
    )
    returns = before.state == "retired" and layer.state != "retired"
    if quota is not None and returns:
        quota.check(transaction, settings, layer, stored=stored_layers(transaction).values())
    with noting_origin(settings, layer, quota if returns else None):
        step = finish_step(
            settings, transaction, layer, by=by, action=action, path_before=path_before,
            detail=f"to revision {layer_then.revision}",
        )  # fmt: skip
    if layer.state == "retired":
        forget_origin(settings, layer.id)
    return step


def mark_layer(
    settings: StoreSettings, layer_id: str, marking: str, *, by: str, reason: str
) -> Step:
    """Mark a layer anew, as its next revision; the caller has checked that it may be."""
    with open_layers(settings) as transaction:
        before = find_layer(stored_layers(transaction), layer_id)
        declared = before.declared.model_copy(update={"marking": marking})
        layer = revise_layer(before, by, declared=declared)
        return finish_step(settings, transaction, layer, by=by, action="mark", detail=reason)


@contextmanager
def noting_origin(
    settings: StoreSettings, layer: UploadedLayer, quota: Quota | None
) -> Iterator[None]:
    """Store the uploader's address within the lock; forget it again if the publish fails."""
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
    layer = revise_layer(before, by, state="retired")
    step = finish_step(settings, transaction, layer, by=by, action=action)
    forget_origin(settings, layer.id)
    return step


def _path_of(transaction: WriteTransaction, layer: UploadedLayer) -> Path | None:
    return transaction.path_of(layer.name)


def find_free_id(stored: Mapping[str, UploadedLayer]) -> str:
    """Return an id that no stored layer has."""
    return next(found for found in iter(new_layer_id, "") if f"{PREFIX}{found}" not in stored)
