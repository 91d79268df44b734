"""Uploaded layers: load, list, compare, style, roll back, retire."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli import upload
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, RegionName, app, give_way, guarded, name_user
from cop.cli.ingest import ingest_app
from cop.cli.layer_words import (
    format_difference,
    format_line,
    layer_to_json,
    print_step,
)
from cop.cli.part import LoadTarget, load_all, load_one
from cop.errors import LayerError
from cop.model.moment import format_instant, parse_moment
from cop.settings import SourceSettings, StoreSettings

if TYPE_CHECKING:
    from cop.model.uploaded import Declaration, State, UploadedLayer

layer_app = typer.Typer(no_args_is_help=True, help="List and change uploaded layers.")
app.add_typer(layer_app, name="layer")

By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
LayerName = Annotated[str, typer.Argument(metavar="ID", help="Layer id.")]


@ingest_app.command("layer")
@guarded
def ingest_layer(
    file: Annotated[
        Path,
        typer.Argument(
            help="A file of any supported format, its address on another server, or a draft folder."
        ),
    ],
    *,
    layer: Annotated[str | None, typer.Option(help="Id of the layer to update.")] = None,
    title: Annotated[str | None, typer.Option(help="Title.")] = None,
    note: Annotated[str | None, typer.Option(help="Notes.")] = None,
    source: Annotated[str | None, typer.Option(help="Source of the data.")] = None,
    agency: Annotated[str | None, typer.Option(help="Responsible agency.")] = None,
    terms: Annotated[str | None, typer.Option(help="Terms of use.")] = None,
    marking: Annotated[str | None, typer.Option(help="TLP marking, like TLP:AMBER.")] = None,
    valid_until: Annotated[
        str | None, typer.Option(help="Valid until (UTC); stale afterward.")
    ] = None,
    style: Annotated[Path | None, typer.Option(help="A style in YAML or JSON.")] = None,
    untimed: Annotated[
        bool, typer.Option("--untimed", help="Not filtered by the time window.")
    ] = False,
    hidden: Annotated[bool, typer.Option("--hidden", help="Hidden until switched on.")] = False,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Synthetic data.")] = False,
    as_draft: Annotated[bool, typer.Option("--draft", help="Load as a draft; not listed.")] = False,
    crs: upload.Crs = None,
    swap_axes: upload.SwapAxes = None,
    day_first: upload.DayFirst = None,
    time_zone: upload.TimeZone = None,
    layer_in_file: upload.LayerInFile = None,
    all_layers: upload.AllLayers = True,
    encoding: upload.Encoding = None,
    id_column: upload.IdColumn = None,
    role: upload.RoleOf = None,
    keep: upload.Keep = None,
    leave_out: upload.LeaveOut = None,
    agree: upload.Agree = None,
    problems: upload.Problems = None,
    by: By = None,
    data: Data = None,
    region: RegionName = None,
    as_json: AsJson = False,
) -> None:
    """Load a file as new layers, or as the next revision of one."""
    from cop.ingest.layer.style import read_style_file
    from cop.ingest.remote.download import open_source

    give_way()
    store = build_settings(StoreSettings, data=data, region=region)
    stated = {
        "title": title,
        "note": note,
        "source": source,
        "agency": agency,
        "terms": terms,
        "marking": marking,
        "valid_until": parse_moment(valid_until, name="valid-until") if valid_until else None,
        "style": read_style_file(style) if style else None,
        "timed": False if untimed else None,
        "visible": False if hidden else None,
        "synthetic": True if synthetic else None,
    }
    options = upload.ImportOptions(
        crs=crs,
        swap_axes=swap_axes,
        day_first=day_first,
        time_zone=time_zone,
        layer=layer_in_file,
        encoding=encoding,
        id_column=id_column,
        roles=role or None,
        keep=keep or None,
        leave_out=leave_out or None,
        agreed=agree or None,
        problems=problems,
    )
    state: State = "draft" if as_draft else "published"
    target = LoadTarget(store=store, by=_person(by), state=state, layer_id=layer, as_json=as_json)
    with open_source(file, build_settings(SourceSettings)) as local:
        _load(local, options, stated, target, all_layers=all_layers)


def _load(
    file: Path,
    options: upload.ImportOptions,
    stated: dict[str, Any],
    target: "LoadTarget",
    *,
    all_layers: bool,
) -> None:
    """Load all layers of a file, or the one that options or the target are of."""
    from cop.ingest.layer.history import read_line_area

    store, layer = target.store, target.layer_id
    may_take_all = (
        all_layers and layer is None and stated["style"] is None and not options.is_of_one
    )
    if not may_take_all or file.is_dir():
        declared = _declare(store, layer, stated)
        seen = upload.inspect_upload(file, options, area=read_line_area(store))
        load_one(file, options, seen, declared, target)
        return
    seen = upload.inspect_upload(file, options, area=read_line_area(store))
    if seen is not None and len(seen.layers) > 1:
        load_all(file, options, seen, stated, target)
    else:
        load_one(file, options, seen, _declare(store, None, stated), target)


@layer_app.command("list")
@guarded
def list_layers(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Include drafts and retired layers.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the uploaded layers."""
    found = _list_uploaded(build_settings(StoreSettings, data=data))
    shown = [la for la in found.values() if everything or la.state == "published"]
    if as_json:
        typer.echo(json.dumps({"layers": [layer_to_json(layer) for layer in shown]}))
        return
    for layer in shown:
        typer.echo(format_line(layer))


@layer_app.command("show")
@guarded
def show_layer(layer: LayerName, data: Data = None, as_json: AsJson = False) -> None:
    """Show a layer, its revisions, and its history: who did what, and when."""
    from cop.store.room.audit import list_steps

    store = build_settings(StoreSettings, data=data)
    found, revisions = _revisions(store, layer)
    steps = list_steps(store, subject=f"layer {found.id}")
    if as_json:
        words = {
            **layer_to_json(found),
            "style": found.style.model_dump(exclude_none=True),
            "revisions": revisions,
            "steps": [step.model_dump(mode="json") for step in steps],
        }
        typer.echo(json.dumps(words))
        return
    typer.echo(format_line(found))
    for row in revisions:
        typer.echo(
            f"  revision {row['revision']}  {row['changed_at']}  {row['state']}, "
            f"{row['features']} features, by {row['by']}, version {row['version']}"
        )
    for step in steps:
        when = format_instant(step.at.replace(microsecond=0))
        typer.echo(f"  {when}  {step.who}: {step.action} ({step.detail})")


@layer_app.command("diff")
@guarded
def diff_layer(
    layer: LayerName,
    older: Annotated[int | None, typer.Argument(metavar="A", help="Older revision.")] = None,
    newer: Annotated[int | None, typer.Argument(metavar="B", help="Newer revision.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Compare two revisions feature by feature; without A and B, the last two."""
    from cop.ingest.layer.history import compare_revisions

    found = compare_revisions(build_settings(StoreSettings, data=data), layer, older, newer)
    typer.echo(found.model_dump_json() if as_json else format_difference(found))


@layer_app.command("rollback")
@guarded
def rollback(
    layer: LayerName,
    revision: Annotated[int, typer.Argument(metavar="REVISION", min=1)],
    by: By = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Publish an earlier revision again as the newest one."""
    from cop.ingest.layer.lifecycle import rollback_layer

    store = build_settings(StoreSettings, data=data)
    who = _person(by)
    with recording(store, "roll back", f"layer {layer}", by=who, revision=revision) as act:
        step = rollback_layer(store, layer, revision, by=who, quota=upload.build_quota())
        act.detail["version"] = step.version
    print_step(step, as_json=as_json)


@layer_app.command("retire")
@guarded
def retire(layer: LayerName, by: By = None, data: Data = None, as_json: AsJson = False) -> None:
    """Remove a layer from the map; its revisions are kept."""
    from cop.ingest.layer.lifecycle import retire_layer

    store = build_settings(StoreSettings, data=data)
    who = _person(by)
    with recording(store, "retire", f"layer {layer}", by=who) as act:
        step = retire_layer(store, layer, by=who)
        act.detail["version"] = step.version
    print_step(step, as_json=as_json)


@layer_app.command("undo")
@guarded
def undo(layer: LayerName, by: By = None, data: Data = None, as_json: AsJson = False) -> None:
    """Undo the last step on a layer."""
    from cop.ingest.layer.lifecycle import undo_layer

    store = build_settings(StoreSettings, data=data)
    who = _person(by)
    with recording(store, "undo", f"layer {layer}", by=who) as act:
        step = undo_layer(store, layer, by=who, quota=upload.build_quota())
        act.detail["version"] = step.version
    print_step(step, as_json=as_json)


@layer_app.command("publish")
@guarded
def publish(layer: LayerName, by: By = None, data: Data = None, as_json: AsJson = False) -> None:
    """Publish a draft layer (one loaded with --draft)."""
    from cop.ingest.layer.lifecycle import show_draft

    store = build_settings(StoreSettings, data=data)
    who = _person(by)
    with recording(store, "publish", f"layer {layer}", by=who) as act:
        step = show_draft(store, layer, by=who)
        act.detail |= {"version": step.version, "marking": step.layer.declared.marking}
    print_step(step, as_json=as_json)


@layer_app.command("style")
@guarded
def style(
    layer: LayerName,
    file: Annotated[Path | None, typer.Argument(help="A style in YAML or JSON.")] = None,
    *,
    on: Annotated[str | None, typer.Option("--on", help="Color by this column.")] = None,
    by: By = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Restyle a layer: from a file, by a column, or with the default for its data."""
    from cop.ingest.layer.lifecycle import restyle_layer
    from cop.ingest.layer.style import read_style_file

    if file is not None and on is not None:
        raise LayerError("use a style file or --on COLUMN, not both")
    store = build_settings(StoreSettings, data=data)
    words = None if file is None else read_style_file(file)
    who = _person(by)
    with recording(store, "style", f"layer {layer}", by=who) as act:
        step = restyle_layer(store, layer, words, by=who, on=on)
        act.detail["version"] = step.version
    print_step(step, as_json=as_json)


@layer_app.command("measure")
@guarded
def measure(
    layer: LayerName,
    *,
    places: Annotated[str, typer.Option("--places", help="sector or segment.")] = "sector",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the least, mean and greatest raster value by sector or segment."""
    from cop.layerkind.rasters import measure_raster
    from cop.store.dataset.layer import find_layer

    with open_service(build_settings(StoreSettings, data=data)) as service:
        snapshot = service.snapshot
        shown = find_layer(snapshot.uploaded, layer).build_layer()
        table = measure_raster(service.warehouse, snapshot, shown, by=places)
    rows = table.to_dict("records")
    if as_json:
        typer.echo(json.dumps({"layer": layer, "places": rows}))
        return
    for row in rows:
        typer.echo(
            f"{row[places]:12s} {row['n']:10,d} pixels  {row['min']:g} to {row['max']:g}, "
            f"mean {row['mean']:.4g}"
        )


def _declare(store: StoreSettings, layer: str | None, stated: dict[str, Any]) -> "Declaration":
    """Return the description of a layer; options left out keep their current values."""
    from cop.ingest.layer.history import build_declaration

    changes = {name: value for name, value in stated.items() if value is not None}
    current = None
    if layer is not None:
        from cop.store.dataset.layer import find_layer

        current = find_layer(_list_uploaded(store), layer).declared
    elif "title" not in changes:
        raise LayerError("name the new layer with --title, or the layer to update with --layer ID")
    return build_declaration(current, changes)


def _list_uploaded(store: StoreSettings) -> "dict[str, UploadedLayer]":
    from cop.ingest.layer.history import read_uploaded_layers

    return read_uploaded_layers(store)


def _revisions(store: StoreSettings, layer: str) -> "tuple[UploadedLayer, list[dict[str, Any]]]":
    from cop.ingest.layer.history import read_revisions

    found, revisions = read_revisions(store, layer)
    rows = [
        {
            "revision": revision.layer.revision,
            "state": revision.layer.state
            if revision.layer.revision == found.revision
            else "superseded",
            "features": revision.layer.content.n,
            "by": revision.layer.changed_by,
            "changed_at": format_instant(revision.layer.changed_at.replace(microsecond=0)),
            "version": revision.version,
        }
        for revision in revisions
    ]
    return found, rows


def _person(by: str | None) -> str:
    return name_user() if by is None else by
