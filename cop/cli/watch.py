"""Folder watch: loads new files, or updates layers from them."""

import json
import signal
import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_reader, build_settings
from cop.cli.acting import name_actor
from cop.cli.base import AsJson, Data, RegionName, app, give_way, guarded, name_user
from cop.cli.compact import compact_recorded
from cop.cli.records import tell_default
from cop.errors import ProfileError
from cop.settings import StoreSettings, UploadSettings

if TYPE_CHECKING:
    from cop.ingest.layer.refresh import Refreshes
    from cop.ingest.profile.kind import Profile
    from cop.ingest.watch import WatchResult
    from cop.model.audit import AuditEntry, Outcome

_MONTHS_AT_ONCE = 6


@app.command()
@guarded
def watch(
    folder: Path,
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", help="A profile in data/profiles/, or a YAML file.")
    ] = None,
    layers: Annotated[
        Path | None, typer.Option("--layers", help="YAML file: which file updates which layer.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="Name for loads and updated layers (default: the machine's user)."
        ),
    ] = None,
    data: Data = None,
    region: RegionName = None,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds without a change before a file is loaded.")
    ] = 2,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between checks.")] = 1,
    once: Annotated[
        bool, typer.Option("--once", help="Stop when all files have been tried.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load files as they appear in a folder; each moves to done/ or refused/."""
    from cop.ingest.watch import open_watch

    target = _read_target(profile, layers, by)
    give_way()
    store = build_settings(StoreSettings, data=data, region=region)
    ended = _await_signals()
    reported: dict[str, str | None] = {}
    who, limits = by or name_user(), build_settings(UploadSettings)
    reader, acts = build_reader(store), WatchActs(store, target, by=who)
    with (
        closing(acts),
        open_watch(
            store,
            folder,
            target,
            settle_s=settle,
            reader=reader,
            uploads=limits,
            by=who,
            begin=acts.begin,
        ) as watched,
    ):
        typer.echo(f"watching {folder} for {target.name}", err=True)
        loaded = False
        while not ended.is_set():
            for result in watched.load_settled():
                acts.end(result)
                loaded |= result.outcome == "done"
                if result.outcome != "waiting" or reported.get(result.file) != result.error:
                    typer.echo(json.dumps(asdict(result)) if as_json else _describe(result))
                reported[result.file] = result.error
                if ended.is_set():
                    break
            if loaded and not watched.settling:
                _finish(store, target)
                loaded = False
            if once and not watched.settling:
                if watched.waiting:
                    raise typer.Exit(1)
                break
            ended.wait(every)


class WatchActs:
    """The loads of a watched folder in the audit record: one act a file, however often tried."""

    def __init__(self, store: StoreSettings, target: "Profile | Refreshes", *, by: str) -> None:
        """Record what files of a ``target`` do."""
        from cop.access.audit.log import AuditLog
        from cop.ingest.layer.refresh import Refreshes

        self._log, self._actor = AuditLog(store), name_actor(by)
        of_layers = isinstance(target, Refreshes)
        self._action = "publish" if of_layers else "load"
        self._source = None if isinstance(target, Refreshes) else f"source {target.source.id}"
        self._begun: dict[str, int] = {}

    def begin(self, file: str) -> None:
        """Record that a file is being loaded; AuditError if that cannot be."""
        if file in self._begun:
            self._log.check()
            return
        self._begun[file] = self._append(file, "begun").seq

    def end(self, result: "WatchResult") -> None:
        """Record what became of a file; of one that waits, there is no outcome yet."""
        if result.outcome == "waiting" or result.file not in self._begun:
            return
        report = asdict(result.report) if result.report else {}
        kept = ("version", "accepted", "rejected", "layer", "revision")
        detail = {name: report[name] for name in kept if name in report}
        if result.error:
            detail["fault"] = result.error
        begun = self._begun.pop(result.file)
        self._append(result.file, result.outcome, detail, completes=begun)

    def close(self) -> None:
        """Close the record."""
        self._log.close()

    def _append(
        self,
        file: str,
        outcome: "Outcome",
        detail: dict[str, Any] | None = None,
        *,
        completes: int | None = None,
    ) -> "AuditEntry":
        subject = self._source or f"file {file}"
        return self._log.append(
            self._actor, self._action, subject, outcome=outcome, completes=completes,
            detail={"file": file, **(detail or {})},
        )  # fmt: skip


def _finish(store: StoreSettings, target: "Profile | Refreshes") -> None:
    """Compact what came in many files, and state what is shown if that is not it."""
    from cop.ingest.layer.refresh import Refreshes
    from cop.store.backup.compaction import MANY_FILES

    compact_recorded(store, files=MANY_FILES, months=_MONTHS_AT_ONCE)
    if not isinstance(target, Refreshes) and target.source.kind == "events":
        tell_default(store, "synthetic" if target.source.synthetic else "real")


def _read_target(profile: str | None, layers: Path | None, by: str | None) -> "Profile | Refreshes":
    """Return what the files hold: records of a profile, or declared layers."""
    from cop.ingest.layer.refresh import read_refreshes
    from cop.ingest.profile.file import find_profile

    if layers is not None and profile is None:
        limits = build_settings(UploadSettings)
        return read_refreshes(layers, by=name_user() if by is None else by, limits=limits)
    if profile is not None and layers is None:
        return find_profile(profile)
    raise ProfileError(
        "name the content of the files: --profile NAME for records, or --layers FILE"
    )


def _await_signals() -> threading.Event:
    """Return an event set by SIGINT or SIGTERM: the current file is finished first."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


def _describe(result: "WatchResult") -> str:
    from cop.ingest.layer.refresh import RefreshReport

    if result.report is None:
        return f"{result.file}: {result.outcome}: {result.error}"
    report = result.report
    if isinstance(report, RefreshReport):
        return f"{result.file}: {result.outcome}: {report.describe()}"
    return (
        f"{result.file}: {result.outcome}: {report.accepted} accepted, {report.duplicate} already "
        f"there, {report.superseded} corrected, {report.rejected} rejected; version "
        f"{report.version}"
    )
