"""The layers of a server: declared ones that can be shown, and uploaded ones."""

from cop.errors import LayerError
from cop.layerkind.registry import kind_of
from cop.layerkind.uploads import build_upload, list_uploads
from cop.model.layer import Layer
from cop.model.picture import Picture
from cop.model.uploaded import UploadedLayer
from cop.query.registry import find_layer, load_layers, order_layers
from cop.query.service import QueryService
from cop.query.view import View


def read_layers(service: QueryService, view: View) -> dict[str, Layer]:
    """Return the layers by id, bottom first: a basemap takes the background's place.

    Uploaded layers are those of the view's snapshot.
    """
    placed = [kind_of(layer).place(service, layer) for layer in load_layers().values()]
    return order_layers([*(la for la in placed if la is not None), *list_uploads(view.snapshot)])


def read_layer(service: QueryService, view: View, layer_id: str) -> Layer:
    """Return one layer, a draft of one's own too; LayerError names the ones there are."""
    uploaded = view.snapshot.uploaded.get(layer_id)
    if uploaded is not None and _is_shown(service, uploaded):
        return build_upload(uploaded)
    declared = find_layer(layer_id)
    placed = kind_of(declared).place(service, declared)
    if placed is None:
        raise LayerError(
            f"layer {layer_id!r} has no file here: name a PMTiles file with --basemap or "
            "COP_BASEMAP"
        )
    return placed


def list_visible(service: QueryService, view: View, picture: Picture) -> list[Layer]:
    """Return the layers that a Picture shows, bottom first."""
    shown = None if picture.shown is None else {layer.id for layer in picture.shown}
    return [
        layer
        for layer in read_layers(service, view).values()
        if (layer.visible if shown is None else layer.id in shown)
    ]


def _is_shown(service: QueryService, uploaded: UploadedLayer) -> bool:
    if uploaded.state == "draft":
        return service.shows_draft(uploaded)
    return uploaded.state == "published"
