"""The way our own components reach the browser: files of a folder, served under the policy."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime import Runtime

_PREFIX: Final = "/_stcore/bidi-components/"


def mount_component(
    name: str, *, assets: Path, html: str, css: str, js: str, isolated: bool = True
) -> Callable[..., Any]:
    """Register ``package.component`` with the running server where it is not, and give its mount.

    ``css`` and ``js`` are file names in the folder ``assets``; without ``isolated`` the style
    sheet is the whole page's.
    """
    mount: Callable[..., Any] = st.components.v2.component(
        register_component(name, assets), html=html, css=css, js=js, isolate_styles=isolated
    )
    return mount


def register_component(name: str, assets: Path) -> str:
    """Have the server answer with the files of a component; return its name there.

    Inline JavaScript would run from a blob: address, which our content security policy refuses,
    and files are only served for a component with a manifest; so the manifest is made here.
    """
    named = name_version(name, assets)
    manager = Runtime.instance().bidi_component_registry
    if manager.get_component_path(named) is None:
        package, component = named.split(".")
        manifest = ComponentManifest(
            name=package,
            version="1",
            components=[ComponentConfig(name=component, asset_dir=assets.name)],
        )
        manager.register_from_manifest(manifest, assets.parent)
    return named


def find_address(name: str, assets: Path) -> str:
    """Return the address that the files of a component lie below."""
    return f"{_PREFIX}{name_version(name, assets)}/"


@lru_cache(64)
def name_version(name: str, assets: Path) -> str:
    """Return the name of a component with that of its content: a browser may keep its files."""
    digest = hashlib.sha256()
    for path in sorted(assets.iterdir()):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return f"{name}-{digest.hexdigest()[:12]}"


def ignore_change() -> None:
    """Let Streamlit know the name of a state or trigger: what it says is read elsewhere."""
