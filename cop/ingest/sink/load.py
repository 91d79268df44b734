"""Loading one file: read, check, merge, keep rejects and a note, publish as one version."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import pandas as pd

from cop.errors import ProfileError
from cop.ingest.check.check import CheckedTable
from cop.ingest.check.doubt import RecordDoubts
from cop.ingest.marking import keep_marking
from cop.ingest.profile.kind import Profile, TableProfile
from cop.ingest.region import ensure_region
from cop.ingest.sink.reject import RejectLog, open_rejects
from cop.model.marking import parse_marking
from cop.model.moment import utc_now
from cop.model.progress import StepProgress, ignore_progress
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.catalogue.version_note import LoadNote
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.locate import Locator
from cop.store.dataset.schema import SOURCES
from cop.store.dataset.source import Source, register_source, stored_sources

PROBLEMS_SHOWN = 5

P = TypeVar("P", bound=TableProfile)
P_contra = TypeVar("P_contra", bound=TableProfile, contravariant=True)


class _CheckOf(Protocol[P_contra]):
    def __call__(
        self, table: pd.DataFrame, profile: P_contra, *, file: str, now: datetime
    ) -> CheckedTable: ...


@dataclass(frozen=True)
class Sink(Generic[P]):
    """Where records of a kind go: how a table of them is checked, and what passed is merged."""

    check: _CheckOf[P]
    merge: Callable[[WriteTransaction, Locator, P, pd.DataFrame, StepProgress], MergeCounts]


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of a file's rows; the four counts add up to all of them."""

    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    version: int | None
    problems: tuple[str, ...]

    def to_json(self) -> str:
        """Return the report as one JSON object."""
        return json.dumps(asdict(self))


def load_rows(
    settings: StoreSettings,
    table: pd.DataFrame,
    profile: P,
    sink: Sink[P],
    *,
    file: str,
    dry_run: bool = False,
    shown: int = PROBLEMS_SHOWN,
    strict: bool = False,
    release: Release | None = None,
    progress: StepProgress = ignore_progress,
) -> IngestReport:
    """Load a table that was read; ``file`` names it and ``shown`` problems are reported.

    A stored source keeps at least its marking; with ``strict`` one that is marked higher is a
    ProfileError. So is one that the ``release`` of who loads does not admit; None admits all. A row
    of a record that it does not admit is counted as a new one, and changes nothing.
    """
    profile = profile if strict else keep_marking(settings, profile)
    progress("checking", 0, len(table))
    now = utc_now()
    checked = sink.check(table, profile, file=file, now=now)
    progress("merging", 0, len(checked.rows))
    with open_transaction(settings) as transaction:
        transaction.release = release
        check_stored_source(transaction, profile)
        locator = ensure_region(transaction, settings.region)
        doubts = RecordDoubts(now=now)
        doubts.expect(locator.bounds)
        doubts.add(checked.rows)
        doubts.check(profile.agreed, file=file)
        counts = sink.merge(transaction, locator, profile, checked.rows, progress)
        with open_rejects(transaction.folder) as rejects:
            rejects.add(checked.rejects)
            return finish_load(
                transaction, file, profile, counts, rejects, dry_run=dry_run, shown=shown
            )


def finish_load(
    transaction: WriteTransaction,
    file: str,
    profile: Profile,
    counts: MergeCounts,
    rejects: RejectLog | None = None,
    *,
    dry_run: bool,
    shown: int = PROBLEMS_SHOWN,
) -> IngestReport:
    """Publish what was merged with a note of the load, or take it back on a dry run.

    A load that changes nothing makes no version; its rejects are stored all the same.
    """
    refused = RejectLog(transaction.folder) if rejects is None else rejects
    version = None
    if dry_run:
        transaction.discard()
    else:
        _register(transaction, profile, counts)
        note = LoadNote(
            source=profile.source.id,
            profile=profile.name,
            file=file,
            kind=profile.source.kind,
            rejected=refused.n,
            rejects_file=refused.publish(transaction, profile.source.id, file),
            **asdict(counts),
        )
        message = f"{profile.source.kind} from {file} by profile {profile.name}"
        version = transaction.commit(message, load=note)
    return IngestReport(
        **asdict(counts),
        rejected=refused.n,
        version=version,
        problems=tuple(f"{file}, row {row}: {why}" for row, why in refused.first(shown)),
    )


def _register(transaction: WriteTransaction, profile: Profile, counts: MergeCounts) -> None:
    """Renew the source where its records or its own declaration changed."""
    if not transaction.has(SOURCES):
        register_source(transaction, profile.source)
        return
    check_stored_source(transaction, profile)
    earlier = stored_sources(transaction).get(profile.source.id)
    renewed = earlier is not None and earlier[0] != profile.source
    if counts.accepted or counts.superseded or renewed:
        register_source(transaction, profile.source)


def check_stored_source(transaction: WriteTransaction, profile: Profile) -> None:
    """Refuse records that do not fit their stored source; ProfileError says why.

    Of a source that is withheld from who loads it says nothing: its records would be changed, and
    the counts would tell which are there.
    """
    stored = stored_sources(transaction).get(profile.source.id)
    if stored is None:
        return
    release = transaction.release
    if release is not None and not release.admits(stored[0].marking):
        raise ProfileError(f"source id {profile.source.id!r} cannot be used: choose another id")
    why = refuse_source(stored[0], profile.source)
    if why is not None:
        raise ProfileError(f"profile {profile.name}: source {profile.source.id!r} {why}")


def refuse_source(stored: Source, declared: Source) -> str | None:
    """Return why records of ``declared`` cannot join a stored source, and a remedy; else None.

    Real and made-up records never share a source, nor do records of two kinds.
    """
    if stored.kind != declared.kind:
        return f"holds {stored.kind} already; give this profile's source another id"
    if stored.synthetic != declared.synthetic:
        has, has_not = ("made-up", "real") if stored.synthetic else ("real", "made-up")
        return f"holds {has} records; give {has_not} ones another source id"
    if parse_marking(declared.marking).is_lower_than(parse_marking(stored.marking)):
        return (
            f"is {stored.marking} and {declared.marking} is lower; mark the rows "
            f"{stored.marking} or higher, give them another source id, or lower it with `cop mark`"
        )
    return None
