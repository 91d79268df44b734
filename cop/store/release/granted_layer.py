"""The layers that rules of giving leave of what a release admits, with the features that are given.

They are what a partner gets in a package.
"""

from dataclasses import replace

from cop.model.giving import Grant
from cop.model.styling import StyleWords
from cop.model.uploaded import OCCURRED_AT, UploadedLayer
from cop.store.engine import Cursor, fetch
from cop.store.given.area import read_area
from cop.store.given.layer import may_give_layer, select_features
from cop.store.release.case import ReleaseCase
from cop.store.release.copy import READ, Condition


def clip_layers(cursor: Cursor, case: ReleaseCase, grant: Grant) -> ReleaseCase:
    """Return a case with the layers that a partner is given, and the conditions of those in part.

    Raise PartnerError if the rules name what there is not.
    """
    layers, clips = dict[str, UploadedLayer](), dict[str, Condition]()
    catalogue = case.snapshot.catalogue
    given = {name: la for name, la in case.layers.items() if may_give_layer(la, grant.code)}
    area = read_area(catalogue, grant.rules) if given else None
    for name, layer in given.items():
        condition = select_features(layer, area, grant.latest)
        part = _measure(cursor, layer, list(catalogue.files.get(name, ())), condition)
        if part.content.n:
            layers[name] = part
        if part is not layer:
            clips[name] = condition
    dropped = {*case.layers} - {*layers}
    return replace(case, layers=layers, sources=case.sources - dropped, clips=clips)


def _measure(
    cursor: Cursor, layer: UploadedLayer, files: list[str], condition: Condition
) -> UploadedLayer:
    """Return a layer as it is with the features that pass; the same where all of them do."""
    where, values = condition
    counts, times = (0, 0, 0), (None, None, None)
    if files:
        of_times = "NULL, NULL, NULL"
        if layer.content.undated is not None:
            of_times = f"count(*) - count({OCCURRED_AT}), min({OCCURRED_AT}), max({OCCURRED_AT})"
        dims = ", ".join(f"count(*) FILTER (cop_dim = {dim})" for dim in range(3))
        ((*found, undated, oldest, newest),) = fetch(
            cursor,
            f"SELECT {dims}, {of_times} FROM {READ} WHERE {where}",
            {"files": files, **values},
        )
        counts, times = tuple(found), (undated, oldest, newest)
    if sum(counts) == layer.content.n:
        return layer
    names = ("points", "lines", "areas", "undated", "oldest", "newest")
    content = layer.content.model_copy(update=dict(zip(names, (*counts, *times), strict=True)))
    changes: dict[str, object] = {"content": content}
    if layer.style.columns:
        # Its classes and breaks tell of features that are not given.
        declared = layer.declared.model_copy(update={"style": None})
        changes |= {"style": StyleWords(), "symbols": (), "declared": declared}
    return layer.model_copy(update=changes)
