"""The marking of a source: raised by anyone who may publish, lowered only with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cop.errors import ProfileError
from cop.ingest.profile.base import ProfileDeclaration
from cop.model.marking import MarkingError, check_marking, highest_marking, parse_marking
from cop.settings import StoreSettings
from cop.store.catalogue.reader import is_published
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.marking import mark_events, mark_records, remark_by
from cop.store.dataset.schema import EVENTS
from cop.store.dataset.source import Source, dataset_of, register_source, stored_sources
from cop.store.room.audit import note_step

SUBJECT = "source"
P = TypeVar("P", bound=ProfileDeclaration)


@dataclass(frozen=True, kw_only=True)
class MarkingChange:
    """What became of a source: its marking before and after, and how many records changed."""

    source: str
    old: str
    new: str
    n: int
    version: int

    @property
    def is_lower(self) -> bool:
        """Whether someone may read it now who might not before."""
        return parse_marking(self.new).is_lower_than(parse_marking(self.old))


def keep_marking(settings: StoreSettings, profile: P) -> P:
    """Return a profile whose source is marked at least as the stored one: a load lowers nothing."""
    if not is_published(settings):
        return profile
    with open_transaction(settings) as transaction:
        stored = stored_sources(transaction).get(profile.source.id)
    if stored is None:
        return profile
    marking = highest_marking((stored[0].marking, profile.source.marking))
    source = profile.source.model_copy(update={"marking": marking})
    return profile.model_copy(update={"source": source})


def change_marking(
    settings: StoreSettings, source_id: str, marking: str, *, by: str, reason: str = ""
) -> MarkingChange:
    """Mark a source and its records anew as one version, and note who did it and why.

    Records that came without a marking of their own follow it. Raise ProfileError where there is no
    such source, where it has that marking already, or where it is lowered without a reason.
    """
    try:
        new = check_marking(marking)
    except MarkingError as fault:
        raise ProfileError(str(fault)) from None
    with open_transaction(settings) as transaction:
        stored = stored_sources(transaction)
        if source_id not in stored:
            known = ", ".join(stored) or "none"
            raise ProfileError(f"source {source_id[:60]!r} does not exist; there are: {known}")
        source, loaded_at = stored[source_id]
        _check_change(source, new, reason)
        is_layer = source.kind == "layers"
        if not is_layer:
            change = _mark(transaction, source, new, loaded_at=loaded_at)
    if is_layer:
        return _mark_layer(settings, source, new, by=by, reason=reason)
    note_step(
        settings,
        who=by,
        subject=f"{SUBJECT} {source_id}",
        action="lower marking" if change.is_lower else "raise marking",
        version=change.version,
        detail=f"{change.old} to {change.new}, {change.n} records"
        f"{f': {reason.strip()}' if reason else ''}",
    )
    return change


def _check_change(source: Source, new: str, reason: str) -> None:
    if new == source.marking:
        raise ProfileError(f"source {source.id!r} is {new} already")
    if parse_marking(new).is_lower_than(parse_marking(source.marking)) and not reason.strip():
        raise ProfileError(
            f"source {source.id!r} is {source.marking} and {new} is lower: give a reason"
        )


def _mark(
    transaction: WriteTransaction, source: Source, new: str, *, loaded_at: datetime
) -> MarkingChange:
    remark, dataset = remark_by(source.marking, new), dataset_of(source.kind)
    n = 0
    if dataset == EVENTS:
        n = mark_events(transaction, source.id, remark)
    elif dataset is not None:
        n = mark_records(transaction, dataset, source.id, remark)
    renewed = source.model_copy(update={"marking": new})
    register_source(transaction, renewed, loaded_at=loaded_at)
    version = transaction.commit(f"{source.id}: marked {new}")
    return MarkingChange(source=source.id, old=source.marking, new=new, n=n, version=version)


def _mark_layer(
    settings: StoreSettings, source: Source, new: str, *, by: str, reason: str
) -> MarkingChange:
    """Mark an uploaded layer: its features have no marking of their own."""
    from cop.ingest.layer.lifecycle import mark_layer

    step = mark_layer(settings, source.id, new, by=by, reason=reason.strip())
    return MarkingChange(
        source=source.id, old=source.marking, new=new, n=step.layer.content.n,
        version=step.version or 0,
    )  # fmt: skip
