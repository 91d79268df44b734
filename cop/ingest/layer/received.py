"""Layers that partners give: merged into what each gave, and shown on the map as theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cop.errors import LayerError, PackageError, StoreError
from cop.ingest.layer.content import suggest_content_style, write_content
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.step import Step, note_layer_step, revise_layer, stage_step
from cop.model.given_layer import GivenLayer
from cop.model.marking import highest_marking
from cop.model.styling import StyleWords
from cop.model.uploaded import PREFIX, Content, Declaration, LayerProvenance, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.quarantine import quarantined_datasets
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.feature_difference import FeatureDifference
from cop.store.dataset.layer import stored_layers
from cop.store.dataset.received_layer import (
    LayerKey,
    ReceivedLayer,
    features_name,
    layers_name,
    layers_shown_of,
    list_ways,
    local_layer,
    read_all_received_layers,
    store_received_layers,
)

ACTION: Final = "receive"
_LONGEST_LINE: Final = 100


@dataclass(frozen=True, kw_only=True)
class ArrivedLayer:
    """A layer that came: what is stated of it, and its features, converted and checked."""

    given: GivenLayer
    draft: LayerDraft


@dataclass(kw_only=True)
class LayerChanges:
    """What a package changed of the layers on the map."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    staged: list[tuple[UploadedLayer, FeatureDifference | None]] = field(default_factory=list)

    def for_record(self) -> dict[str, int]:
        """Return what the audit record has of it: nothing where nothing changed."""
        counts = {
            "layers_added": self.added,
            "layers_changed": self.changed,
            "layers_withdrawn": self.withdrawn,
        }
        return {name: n for name, n in counts.items() if n}

    def note(self, settings: StoreSettings, *, by: str, version: int) -> None:
        """Note each in the audit record, once the version is published."""
        for layer, difference in self.staged:
            step = Step(layer=layer, version=version, difference=difference)
            note_layer_step(settings, step, by=by, action=ACTION)


def apply_received_layers(
    transaction: WriteTransaction,
    partner: str,
    arrived: Sequence[ArrivedLayer],
    withdrawn: Mapping[LayerKey, int],
    *,
    number: int,
    is_whole: bool,
) -> LayerChanges:
    """Merge the layers that a partner gives into its own, and let those on the map follow.

    ``withdrawn`` has the numbers of packages. Of two states of a layer that of the later package
    counts, in whichever order they come; what an earlier package gave is withdrawn where a whole
    one lacks it. A marking that was raised here stays, and so does what was retired here. Raise
    PackageError if one would take the place of a layer of this server.
    """
    merge = _LayerMerge(transaction, partner)
    if not (arrived or withdrawn or merge.has_any):
        return merge.changes
    merge.read(is_whole=is_whole)
    for layer in arrived:
        merge.take(layer)
    for key, gone_in in withdrawn.items():
        merge.withdraw(key, gone_in)
    if is_whole:
        given = {layer.given.key for layer in arrived} | {*withdrawn}
        merge.withdraw_lacking(given, number)
    merge.publish()
    return merge.changes


def restore_received(
    transaction: WriteTransaction, layer: UploadedLayer, *, by: str
) -> UploadedLayer:
    """Show a layer of a partner again that was retired here, as its partner gives it now.

    Raise LayerError if nobody gives it any more.
    """
    found = layer.received
    if found is None:
        raise LayerError(f"layer {layer.id} is of this server, not of a partner")
    key = (found.origin, found.record)
    ways = list_ways(transaction, read_all_received_layers(transaction), key)
    if not ways:
        raise LayerError(
            f"layer {layer.id} ({layer.declared.title}) was withdrawn by {found.origin}: ask them"
        )
    return _show(transaction, layer, ways[0], by=by)


@dataclass
class _LayerMerge:
    transaction: WriteTransaction
    partner: str
    layers: dict[str, dict[LayerKey, ReceivedLayer]] = field(default_factory=dict)
    affected: set[LayerKey] = field(default_factory=set)
    changes: LayerChanges = field(default_factory=LayerChanges)

    @property
    def dataset(self) -> str:
        return layers_name(self.partner)

    @property
    def own(self) -> dict[LayerKey, ReceivedLayer]:
        return self.layers.setdefault(self.dataset, {})

    @property
    def has_any(self) -> bool:
        """Whether this partner ever gave a layer, even if it was lost since."""
        return self.transaction.has(self.dataset) or bool(
            layers_shown_of(self.transaction, self.partner)
        )

    def read(self, *, is_whole: bool) -> None:
        """Read what partners gave; StoreError if it was lost and this package lacks it."""
        transaction = self.transaction
        self.layers = read_all_received_layers(transaction)
        shown = layers_shown_of(transaction, self.partner)
        parts = {self.dataset} | {features_name(self.partner, key) for key in {*self.own, *shown}}
        lost = {name for name in parts & quarantined_datasets(transaction)
                if not transaction.has(name)}  # fmt: skip
        if lost and not is_whole:
            raise StoreError(
                f"{min(lost)}: what this partner gave before is damaged and in quarantine: ask it "
                "for everything (`cop exchange export --whole` there)"
            )
        if self.dataset in lost:
            for origin, record in shown:
                self.own[origin, record] = ReceivedLayer(number=0, origin=origin, record=record)
                self.affected.add((origin, record))

    def take(self, layer: ArrivedLayer) -> None:
        """Store the features of a layer as this partner gives them, if they are news."""
        given, key = layer.given, layer.given.key
        features = features_name(self.partner, key)
        stored = self.own.get(key)
        has_features = stored is not None and (
            stored.given is None or self.transaction.has(features)
        )
        if stored is not None and stored.number >= given.number and has_features:
            if not self.transaction.has(f"{PREFIX}{local_layer(key)}"):
                self.affected.add(key)
            return
        content, _ = write_content(
            self.transaction, layer.draft, local_layer(key), dataset=features
        )
        self._set(ReceivedLayer(
            number=given.number, origin=given.origin, record=given.record, given=given,
            content=content,
        ))  # fmt: skip

    def withdraw(self, key: LayerKey, number: int) -> None:
        """Note that this partner gives a layer no more."""
        stored = self.own.get(key)
        if stored is None or stored.number < number:
            self.transaction.drop(features_name(self.partner, key))
            self._set(ReceivedLayer(number=number, origin=key[0], record=key[1]))

    def withdraw_lacking(self, given: set[LayerKey], number: int) -> None:
        """Withdraw what an earlier package gave and a whole one lacks."""
        for key, layer in [*self.own.items()]:
            if layer.given is not None and layer.number < number and key not in given:
                self.withdraw(key, number)

    def publish(self) -> None:
        """Store what the partner gave, and let the layers on the map follow."""
        store_received_layers(self.transaction, self.dataset, self.own.values())
        for key in sorted(self.affected):
            self._follow(key)

    def _set(self, layer: ReceivedLayer) -> None:
        self.own[layer.key] = layer
        self.affected.add(layer.key)

    def _follow(self, key: LayerKey) -> None:
        before = stored_layers(self.transaction).get(f"{PREFIX}{local_layer(key)}")
        if before is not None and not _is_of(before, key):
            raise PackageError(
                f"layer {key[1]} of {key[0]} would take the place of layer {before.id} "
                f"({before.declared.title}), which is not theirs; nothing was taken"
            )
        ways = list_ways(self.transaction, self.layers, key)
        is_retired_here = (
            before is not None
            and before.state == "retired"
            and before.received is not None
            and not before.received.is_withdrawn
        )
        if is_retired_here or (not ways and (before is None or before.state == "retired")):
            return
        if not ways and before is not None:
            self._retire(before)
            return
        path_before = None if before is None else self.transaction.path_of(before.name)
        layer = _show(self.transaction, before, ways[0], by=self.partner)
        is_there = before is not None and before.state == "published"
        if is_there and layer == before:
            return
        self._stage(layer, path_before=path_before, action="refresh" if is_there else "upload")
        self.changes.changed += is_there
        self.changes.added += not is_there

    def _retire(self, before: UploadedLayer) -> None:
        self.transaction.drop(before.name)
        received = before.received and before.received.model_copy(update={"is_withdrawn": True})
        layer = revise_layer(before, self.partner, state="retired", received=received)
        self._stage(layer, path_before=None, action="retire")
        self.changes.withdrawn += 1

    def _stage(self, layer: UploadedLayer, *, path_before: Path | None, action: str) -> None:
        found = stage_step(self.transaction, layer, action=action, path_before=path_before)
        self.changes.staged.append((layer, found))


def _is_of(layer: UploadedLayer, key: LayerKey) -> bool:
    received = layer.received
    return received is not None and (received.origin, received.record) == key


def _show(
    transaction: WriteTransaction,
    before: UploadedLayer | None,
    way: tuple[str, GivenLayer, Content],
    *,
    by: str,
) -> UploadedLayer:
    """Write the features of a layer and return its next revision; ``before`` if it is the same."""
    features, given, content = way
    layer_id = local_layer(given.key)
    name = f"{PREFIX}{layer_id}"
    path_before = None if before is None else transaction.path_of(name)
    transaction.replace_by(
        name, "SELECT * FROM read_parquet($files)", {"files": [transaction.require(features)]}
    )
    raised = _find_raised(before)
    marking = highest_marking(filter(None, (given.declared.marking, raised)))
    declared = _localize(given).model_copy(update={"marking": marking})
    style = _find_style(given, content) or suggest_content_style(transaction, layer_id, content)
    layer = revise_layer(
        before,
        by,
        id=layer_id,
        owner=given.origin,
        state="published",
        declared=declared.model_copy(update={"style": style}),
        content=content,
        style=style,
        received=LayerProvenance(
            origin=given.origin,
            record=given.record,
            path=given.path,
            hops_left=given.hops_left,
            title=given.declared.title,
            agency=given.declared.agency,
            marking=given.declared.marking,
            raised=raised,
        ),
    )
    step = {"revision", "changed_by", "changed_at"}
    if (
        before is not None
        and path_before == transaction.path_of(name)
        and before.model_dump(exclude=step) == layer.model_dump(exclude=step)
    ):
        return before
    return layer


def _find_raised(before: UploadedLayer | None) -> str | None:
    """Return how a layer was marked here beyond what it was given as."""
    if before is None or before.received is None:
        return None
    was = before.received
    marking = before.declared.marking
    is_same = marking == highest_marking(filter(None, (was.marking, was.raised)))
    return was.raised if is_same else marking


def _localize(given: GivenLayer) -> Declaration:
    """Return what a layer of another agency is declared as here: its title says whose it is."""
    declared, origin = given.declared, given.origin
    of_origin = f" ({origin})"
    room = _LONGEST_LINE - len(of_origin)
    agency = declared.agency
    is_named = agency not in ("not stated", origin)
    return declared.model_copy(
        update={
            "title": f"{declared.title[:room]}{of_origin}",
            "agency": f"{agency[:room]}{of_origin}" if is_named else origin,
        }
    )


def _find_style(given: GivenLayer, content: Content) -> StyleWords | None:
    """Return the style that a layer came with; None if a column of it was left out."""
    style = given.declared.style
    kinds = content.kinds
    if style is None or any(name not in kinds for name in (*style.columns, *style.tooltip)):
        return None
    return style
