"""The photo stored with an uploaded photo's place: not on the map, downloaded here."""

from pathlib import Path

import streamlit as st

from cop.model.uploaded import UploadedLayer
from cop.ui.component.download import offer_download
from cop.ui.page.upload.work import store_settings


def render_photo(layer: UploadedLayer, part: str) -> None:
    """Offer the photo of a layer that has one; ``part`` makes the button's key unique."""
    if layer.content.photo is None:
        return
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.caption("The photo is stored without its metadata. It is not on the map or in exports.")
    folder = store_settings().data
    offer_download(
        "Photo",
        at=button,
        data=lambda: read_photo(folder, layer),
        file_name=f"{layer.name}.jpg",
        subject=f"photo of layer {layer.id}",
        marking=layer.declared.marking,
        mime="image/jpeg",
        key=f"upload-photo-{part}",
        icon=":material/photo_camera:",
        width="stretch",
    )


def read_photo(folder: Path, layer: UploadedLayer) -> bytes:
    """Read the picture of a layer from the warehouse's folder; empty where it is gone."""
    path = folder / str(layer.content.photo)
    return path.read_bytes() if path.is_file() else b""
