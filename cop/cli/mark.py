"""Marking a source and its records, or one of them, anew."""

from typing import Annotated

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, app, guarded
from cop.settings import StoreSettings


@app.command()
@guarded
def mark(
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    marking: Annotated[str, typer.Argument(help="Like TLP:AMBER or 'TLP:AMBER//REL TO DPS, JTF'.")],
    *,
    record: Annotated[str | None, typer.Option(help="Id or name of one record.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides (default: the user).")] = None,
    reason: Annotated[str, typer.Option(help="Why; needed to lower a marking.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Mark a source and its records anew; records with a marking of their own stay higher.

    With --record one record is marked alone, never below its source.
    """
    import json
    from dataclasses import asdict

    from cop.cli.acting import recording
    from cop.cli.mapping import person
    from cop.ingest.marking import change_marking, name_subject

    settings, who = build_settings(StoreSettings, data=data), person(by)
    subject = name_subject(source, record)
    with recording(settings, "mark", subject, by=who, marking=marking, reason=reason) as act:
        change = change_marking(settings, source, marking, record=record, by=who, reason=reason)
        act.detail |= {"before": change.old, "records": change.n, "version": change.version}
    if as_json:
        typer.echo(json.dumps(asdict(change)))
        return
    how = "lowered" if change.is_lower else "raised"
    n = f"{change.n} records" if record is None else f"record {record}"
    typer.echo(
        f"{change.source}: {how} from {change.old} to {change.new}, {n}, version {change.version}"
    )
