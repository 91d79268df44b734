"""Several layers of one file, published in one version: all of them or none."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pydantic import ValidationError

from cop.errors import CopError, LayerError
from cop.ingest.layer.content import suggest_content_style, write_content
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.lifecycle import find_free_id, noting_origin
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.step import (
    Step,
    note_layer_step,
    open_layers,
    revise_layer,
    stage_step,
)
from cop.ingest.layer.style import explain
from cop.ingest.region import ensure_region
from cop.model.uploaded import Declaration, State, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.feature_difference import FeatureDifference
from cop.store.dataset.layer import stored_layers

ACTION = "upload"


@dataclass(frozen=True, kw_only=True)
class GroupMember:
    """A draft of a group, and what its layer is declared as."""

    draft: LayerDraft
    declared: Declaration


def publish_group(
    settings: StoreSettings,
    members: Sequence[GroupMember],
    *,
    file: str,
    by: str,
    state: State = "published",
    quota: Quota | None = None,
) -> list[Step]:
    """Publish the drafts of a ``file`` as new layers in one version, in their order.

    Raise what publishing the layer alone would raise, with its title in front; nothing is
    published then.
    """
    with open_layers(settings) as transaction, ExitStack() as origins:
        ensure_region(transaction, settings.region)
        staged: list[tuple[UploadedLayer, FeatureDifference | None]] = []
        for member in members:
            with _named(member.declared.title):
                layer = _write(settings, transaction, member, by=by, state=state, quota=quota)
                found = stage_step(transaction, layer, action=ACTION, path_before=None)
                origins.enter_context(noting_origin(settings, layer, quota))
            staged.append((layer, found))
        titles = ", ".join(repr(layer.declared.title) for layer, _ in staged)
        version = transaction.commit(f"{len(staged)} layers of {file}: {titles} by {by}")
    steps = [Step(layer=la, version=version, difference=found) for la, found in staged]
    for step in steps:
        note_layer_step(settings, step, by=by, action=ACTION, detail=f"of {file}")
    return steps


def _write(
    settings: StoreSettings,
    transaction: WriteTransaction,
    member: GroupMember,
    *,
    by: str,
    state: State,
    quota: Quota | None,
) -> UploadedLayer:
    """Write the features of a layer; return its first revision, which its owner may have."""
    stored, draft, declared = stored_layers(transaction), member.draft, member.declared
    own_id = find_free_id(stored)
    content, suggested = write_content(transaction, draft, own_id)
    style = declared.style or draft.style or suggested
    layer = revise_layer(
        None,
        by,
        id=own_id,
        state=state,
        declared=declared,
        content=content,
        style=style or suggest_content_style(transaction, own_id, content),
    )
    if quota is not None:
        quota.check(transaction, settings, layer, stored=stored.values())
    return layer


@contextmanager
def _named(title: str) -> Iterator[None]:
    """Put the title of a layer in front of what is wrong with it."""
    try:
        yield
    except CopError as fault:
        raise type(fault)(f"layer {title!r}: {fault}; no layer was published") from fault
    except ValidationError as fault:
        raise LayerError(f"layer {title!r}: {explain(fault)}; no layer was published") from fault
