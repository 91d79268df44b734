"""The way our own components reach the browser: files of a folder, served under the policy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime import Runtime


def mount_component(
    name: str, *, assets: Path, html: str, css: str, js: str, isolated: bool = True
) -> Callable[..., Any]:
    """Register ``package.component`` with the running server where it is not, and give its mount.

    Inline JavaScript would run from a blob: address, which our content security policy refuses,
    and files are only served for a component with a manifest; so the manifest is made here.
    ``css`` and ``js`` are file names in the folder ``assets``; without ``isolated`` the style
    sheet is the whole page's.
    """
    manager = Runtime.instance().bidi_component_registry
    if manager.get_component_path(name) is None:
        package, component = name.split(".")
        manifest = ComponentManifest(
            name=package,
            version="1",
            components=[ComponentConfig(name=component, asset_dir=assets.name)],
        )
        manager.register_from_manifest(manifest, assets.parent)
    mount: Callable[..., Any] = st.components.v2.component(
        name, html=html, css=css, js=js, isolate_styles=isolated
    )
    return mount
