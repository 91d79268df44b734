"""The marking of a source or record: raised by anyone who may publish, lowered with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cop.errors import ProfileError
from cop.ingest.profile.base import ProfileDeclaration
from cop.model.marking import MarkingError, check_marking, highest_marking, parse_marking
from cop.settings import StoreSettings
from cop.store.catalogue.store import has_catalogue
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.marking import Marked, find_markings, mark_records, remark_by
from cop.store.dataset.received import list_received
from cop.store.dataset.received_layer import is_received_layer
from cop.store.dataset.source import (
    Source,
    at_least_stored,
    dataset_of,
    register_source,
    stored_sources,
)
from cop.store.room.audit import note_step

SUBJECT = "source"
P = TypeVar("P", bound=ProfileDeclaration)


@dataclass(frozen=True, kw_only=True)
class MarkingChange:
    """What became of a source, or of one ``record`` of it: its marking before and after.

    ``n`` is how many records changed.
    """

    source: str
    record: str | None = None
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
    if not has_catalogue(settings):
        return profile
    with open_transaction(settings) as transaction:
        source = at_least_stored(transaction, profile.source)
    return profile.model_copy(update={"source": source})


def change_marking(
    settings: StoreSettings,
    source_id: str,
    marking: str,
    *,
    record: str | None = None,
    by: str,
    reason: str = "",
) -> MarkingChange:
    """Mark a source and its records anew as one version, and note who did it and why.

    Records that came without a marking of their own follow it. With ``record``, the id of one of
    them, that one alone is marked anew. Raise ProfileError where there is none, where it has that
    marking already, where it is lowered without a reason, or a record below its source.
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
        if source_id in list_received(transaction) or is_received_layer(transaction, source_id):
            _check_partner_s(transaction, source, record, new)
        is_layer = source.kind == "layers"
        if record is not None:
            change = _mark_record(transaction, source, record, new, reason)
        else:
            _check_change(f"source {source.id!r}", source.marking, new, reason)
        if record is None and not is_layer:
            change = _mark(transaction, source, new, loaded_at=loaded_at)
    if record is None and is_layer:
        return _mark_layer(settings, source, new, by=by, reason=reason)
    note_step(
        settings,
        who=by,
        subject=name_subject(source_id, record),
        action="lower marking" if change.is_lower else "raise marking",
        version=change.version,
        detail=f"{change.old} to {change.new}, {change.n} records"
        f"{f': {reason.strip()}' if reason else ''}",
    )
    return change


def name_subject(source: str, record: str | None = None) -> str:
    """Return what the audit record calls a source, or a record of it."""
    return f"{SUBJECT} {source}" + ("" if record is None else f", record {record}")


def _check_change(subject: str, old: str, new: str, reason: str) -> None:
    if new == old:
        raise ProfileError(f"{subject} is {new} already")
    if parse_marking(new).is_lower_than(parse_marking(old)) and not reason.strip():
        raise ProfileError(f"{subject} is {old} and {new} is lower: give a reason")


def _check_partner_s(
    transaction: WriteTransaction, source: Source, record: str | None, new: str
) -> None:
    """Refuse to lower what a partner gave: how far it may go is its originator's to say."""
    dataset = dataset_of(source.kind)
    found = find_markings(transaction, Marked(dataset, source.id, record)) if dataset else ()
    before = [*found] if record is not None else [source.marking]
    if any(parse_marking(new).is_lower_than(parse_marking(old)) for old in before):
        raise ProfileError(
            f"source {source.id!r} is what a partner gave, and only its originator lowers a "
            f"marking: ask them to mark it {new} and to give it again"
        )


def _mark_record(
    transaction: WriteTransaction, source: Source, record: str, new: str, reason: str
) -> MarkingChange:
    dataset = dataset_of(source.kind)
    if dataset is None:
        raise ProfileError(
            f"records of {source.kind} have no marking of their own: mark the source"
        )
    marked = Marked(dataset, source.id, record)
    found = find_markings(transaction, marked)
    subject = f"record {record[:60]!r} of {source.id!r}"
    if len(found) != 1:
        what = (
            f"names {len(found)} records: use its id in the picture" if found else "does not exist"
        )
        raise ProfileError(f"{subject} {what}")
    (old,) = found
    if highest_marking((source.marking, new)) != new:
        raise ProfileError(
            f"{subject} cannot be {new}: its source is {source.marking}, which no record is below"
        )
    _check_change(subject, old, new, reason)
    n = mark_records(transaction, marked, lambda _, own: new)
    version = transaction.commit(f"{source.id}: a record marked {new}")
    return MarkingChange(source=source.id, record=record, old=old, new=new, n=n, version=version)


def _mark(
    transaction: WriteTransaction, source: Source, new: str, *, loaded_at: datetime
) -> MarkingChange:
    remark, dataset = remark_by(source.marking, new), dataset_of(source.kind)
    is_lower = parse_marking(new).is_lower_than(parse_marking(source.marking))
    lowered_from = source.marking if is_lower else None
    n = 0
    if dataset:
        marked = Marked(dataset, source.id)
        n = mark_records(transaction, marked, remark, lowered_from=lowered_from)
    renewed = source.model_copy(update={"marking": new})
    register_source(transaction, renewed, loaded_at=loaded_at, may_lower=True)
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
