"""One step of an uploaded layer: its next revision, published and noted in the audit record."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cop.errors import LayerError
from cop.ingest.layer.style import explain
from cop.model.marking import parse_marking
from cop.model.moment import utc_now
from cop.model.styling import StyleWords
from cop.model.symbol import Symbol
from cop.model.uploaded import Declaration, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.feature_difference import FeatureDifference, compare_features
from cop.store.dataset.layer import store_layer
from cop.store.dataset.source import Source, register_source, withdraw_source
from cop.store.room.audit import note_step

SUBJECT = "layer"


@dataclass(frozen=True, kw_only=True)
class Step:
    """The result of a step: the layer as it is now, the version that shows it, what differs.

    ``version`` is None if nothing changed, so that no version was published.
    """

    layer: UploadedLayer
    version: int | None
    difference: FeatureDifference | None = None


@contextmanager
def open_layers(settings: StoreSettings) -> Iterator[WriteTransaction]:
    """Open a transaction on layers; a declaration that is not valid is a LayerError."""
    try:
        with open_transaction(settings) as transaction:
            yield transaction
    except ValidationError as fault:
        raise LayerError(f"layer: {explain(fault)}") from fault


def revise_layer(before: UploadedLayer | None, by: str, **changes: object) -> UploadedLayer:
    """Return the next revision of a layer, validated, with the symbols of its style drawn."""
    current = {"owner": by} if before is None else dict(before)
    style = changes.get("style") or (before and before.style)
    if isinstance(style, StyleWords):
        changes["symbols"] = _draw(style.codes, before.drawn if before else {})
    number = 1 if before is None else before.revision + 1
    step = {"revision": number, "changed_by": by, "changed_at": utc_now()}
    return UploadedLayer.model_validate({**current, **changes, **step})


def is_same_layer(before: UploadedLayer, after: UploadedLayer) -> bool:
    """Return whether two revisions differ in nothing but their step."""
    step = {"revision", "changed_by", "changed_at"}
    return before.model_dump(exclude=step) == after.model_dump(exclude=step)


def check_marking(before: UploadedLayer | None, declared: Declaration) -> None:
    """Raise LayerError if a layer that others have seen would be marked lower than it is."""
    if before is None or before.state == "draft":
        return
    old, new = before.declared.marking, declared.marking
    if parse_marking(new).is_lower_than(parse_marking(old)):
        raise LayerError(
            f"layer {before.id} ({before.declared.title}) is {old} and {new} is lower: keep its "
            f"marking, or lower it with `cop mark {before.name} {new} --reason ...`"
        )


def check_not_retired(layer: UploadedLayer, action: str) -> None:
    """Raise LayerError if a layer is retired: ``action`` would change nothing."""
    if layer.state == "retired":
        raise LayerError(
            f"layer {layer.id} ({layer.declared.title}) is retired: `{action}` cannot change it; "
            "restore it first with `cop layer rollback` or `undo`"
        )


def check_own(layer: UploadedLayer, action: str) -> None:
    """Raise LayerError if a partner gave a layer: only it changes what it gave."""
    if layer.received is not None:
        raise LayerError(
            f"layer {layer.id} ({layer.declared.title}) is what {layer.received.origin} gave: "
            f"`{action}` cannot change it, their next package does; `cop layer retire` takes it "
            "off the map"
        )


def finish_step(
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
    difference = stage_step(transaction, layer, action=action, path_before=path_before)
    words = " ".join(filter(None, (action, detail)))
    version = transaction.commit(
        f"layer {layer.id} {layer.declared.title!r}: {words} by {by}, revision {layer.revision}",
        load=_note(layer, file, difference) if difference and file else None,
    )
    step = Step(layer=layer, version=version, difference=difference)
    note_layer_step(settings, step, by=by, action=action, detail=detail)
    return step


def stage_step(
    transaction: WriteTransaction, layer: UploadedLayer, *, action: str, path_before: Path | None
) -> FeatureDifference | None:
    """Write the declaration and the source of a layer; return how its features differ."""
    store_layer(transaction, layer)
    if layer.state == "published":
        # A layer is marked by steps of its own, which lower it with a reason alone.
        register_source(transaction, _source_of(layer), may_lower=True)
    else:
        withdraw_source(transaction, layer.name)
    now_path = transaction.path_of(layer.name)
    difference = None
    if action in ("upload", "refresh", "rollback", "undo") and path_before != now_path:
        found = compare_features(transaction.cursor, path_before, now_path)
        difference = FeatureDifference(older=layer.revision - 1, newer=layer.revision, **found)
    # Checked here rather than by every reader: a style must build, and ids must be addresses.
    layer.build_layer()
    return difference


def note_layer_step(
    settings: StoreSettings, step: Step, *, by: str, action: str, detail: str = ""
) -> None:
    """Note a step in the audit record."""
    layer = step.layer
    summary = f"revision {layer.revision}, {layer.state}, {layer.content.n} features"
    note_step(
        settings,
        who=by,
        subject=f"{SUBJECT} {layer.id}",
        action=action,
        version=step.version,
        detail=", ".join(filter(None, (detail, summary, _describe_difference(step.difference)))),
    )


def _draw(codes: Sequence[str], drawn: Mapping[str, Symbol]) -> tuple[Symbol, ...]:
    if not codes:
        return ()
    from cop.ingest.symbol.draw import draw_symbols

    return tuple(draw_symbols(codes, drawn).values())


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
