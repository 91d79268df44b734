"""The doctor: checks a warehouse, and repairs what it can."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded, with_all_cores
from cop.settings import StoreSettings


@app.command()
@guarded
def doctor(
    *,
    data: Data = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Quarantine what is damaged; go on with what is sound.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check files, catalog, extensions, permissions, space and clock; exit 1 on a finding."""
    from cop.store.integrity.doctor import Examination, examine
    from cop.store.integrity.quarantine import build_caveat

    store = with_all_cores(build_settings(StoreSettings, data=data))
    done = _repair(store) if repair else {}
    found: Examination = examine(store)
    caveats = [*(build_caveat(row).text for row in found.quarantine), *found.room]
    if as_json:
        answer = {
            "well": found.is_well,
            "version": found.version,
            "files": found.files,
            "findings": [asdict(finding) for finding in found.findings],
            "quarantine": [row.model_dump(mode="json") for row in found.quarantine],
            "room": list(found.room),
            **({"repair": done} if repair else {}),
        }
        typer.echo(json.dumps(answer))
    else:
        for line in (*_repair_lines(done), *(finding.line for finding in found.findings)):
            typer.echo(line)
        for text in caveats:
            typer.echo(f"quarantine: {text}")
        if found.is_well:
            typer.echo(f"no problems: {found.files} files, version {found.version}")
    if not found.is_well:
        raise typer.Exit(1)


def _repair(store: StoreSettings) -> dict[str, Any]:
    from cop.store.catalogue.recovery import clean_up
    from cop.store.catalogue.store import has_catalogue
    from cop.store.integrity.repair import repair

    clean_up(store)
    if not has_catalogue(store):
        return {}
    with recording(store, "repair", "warehouse") as act:
        room = _repair_room(store)
        done = repair(store)
        act.detail |= {"version": done.version, "moved": list(done.moved), **room}
    return {
        **room,
        "version": done.version,
        "moved": list(done.moved),
        "quarantined": [row.model_dump(mode="json") for row in done.quarantined],
    }


def _repair_room(store: StoreSettings) -> dict[str, Any]:
    """Mend the room; what was told before is dismissed, what is found now is told from now on."""
    from cop.store.room.damage import dismiss_damages
    from cop.store.room.mending import mend_room

    if store.database is not None:
        return {"dismissed": []}
    dismissed = [damage.caveat for damage in dismiss_damages(store.data.resolve())]
    mended = mend_room(store)
    return {
        "dismissed": dismissed,
        **({} if mended is None else {"room": mended.caveat}),
    }


def _repair_lines(done: dict[str, Any]) -> list[str]:
    lines = [f"dismissed: {caveat}" for caveat in done.get("dismissed", ())]
    lines += [f"repaired: {done['room']}"] if "room" in done else []
    lines += [f"moved: {path}" for path in done.get("moved", ())]
    if done.get("version") is not None:
        lines.append(f"repaired: published as version {done['version']}")
    return lines
