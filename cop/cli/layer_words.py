"""Layers and their steps as the command line prints them: a line each, or JSON."""

import json
from typing import TYPE_CHECKING, Any

import typer

from cop.model.moment import format_instant

if TYPE_CHECKING:
    from cop.ingest.layer.step import Step
    from cop.model.uploaded import UploadedLayer
    from cop.store.dataset.feature_difference import FeatureDifference


def layer_to_json(layer: "UploadedLayer") -> dict[str, Any]:
    """Return a layer as JSON."""
    declared = layer.declared.model_dump(mode="json", exclude={"style"})
    return {
        "id": layer.id,
        "layer": layer.name,
        "revision": layer.revision,
        "state": layer.state,
        "owner": layer.owner,
        "received": None if layer.received is None else layer.received.model_dump(mode="json"),
        **declared,
        **layer.content.model_dump(mode="json"),
        "features": layer.content.n,
        "changed_by": layer.changed_by,
        "changed_at": format_instant(layer.changed_at.replace(microsecond=0)),
    }


def format_line(layer: "UploadedLayer") -> str:
    """Return a layer in one line."""
    received = "" if layer.received is None else f", {layer.received.words}"
    return (
        f"{layer.id}  {layer.declared.title}  {layer.state}, revision {layer.revision} by "
        f"{layer.changed_by}, {layer.content.n} features, {layer.declared.marking}{received}"
    )


def format_difference(found: "FeatureDifference") -> str:
    """Return how two revisions differ."""
    columns = ", ".join(f"{name} {n}" for name, n in found.columns.items())
    return (
        f"revision {found.newer} against {found.older}: {found.added} features added, "
        f"{found.removed} removed, {found.changed} changed{f' ({columns})' if columns else ''}, "
        f"{found.same} unchanged"
    )


def step_to_json(step: "Step") -> dict[str, Any]:
    """Return a step as JSON: its layer, version and difference."""
    found = None if step.difference is None else step.difference.model_dump(mode="json")
    return {**layer_to_json(step.layer), "version": step.version, "difference": found}


def print_step(step: "Step", *, as_json: bool) -> None:
    """Print a step."""
    if as_json:
        typer.echo(json.dumps(step_to_json(step)))
        return
    typer.echo(
        f"{format_line(step.layer)}; "
        + ("nothing changed" if step.version is None else f"version {step.version}")
    )
    if step.difference is not None:
        typer.echo(format_difference(step.difference))
