"""What the map is told of dropped files: this session's private drafts, and other outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cop.ingest.layer.private import PrivateFile, PrivateLayer
from cop.ingest.layer.shelf import DRAFT_HEADER, DRAFT_URL
from cop.model.saved import MOST_AUTHOR
from cop.model.style import Theme, read_rgba
from cop.model.uploaded import OCCURRED_AT

UPLOAD_PAGE = "/Upload"
_COLORS: Mapping[Theme, str] = {"dark": "#f5a3d7", "light": "#9c2f74"}
_MOST_TOOLTIP = 5


@dataclass(frozen=True, kw_only=True)
class DropNote:
    """What became of a file in words; with ``is_fault`` it is not on the map."""

    id: int
    words: str
    is_fault: bool = False


@dataclass(frozen=True, kw_only=True)
class ShownDraft:
    """A dropped file on the map; ``far`` are the warnings that publishing it needs a tick for."""

    file: PrivateFile
    marking: str
    far: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DropArea:
    """What this session has dropped; ``turn`` grows with each drop that was read."""

    drafts: tuple[ShownDraft, ...]
    notes: tuple[DropNote, ...]
    turn: int
    most_mb: int


@dataclass(frozen=True, kw_only=True)
class DropAction:
    """What the viewer pressed: publish or discard the file of an id, as whom, far or not."""

    what: str
    file_id: str
    by: str
    agreed: bool


def build_drop_words(area: DropArea, theme: Theme) -> dict[str, Any]:
    """Build what the browser gets: words and tokens, never the features themselves."""
    return {
        "turn": area.turn,
        "mostMb": area.most_mb,
        "url": DRAFT_URL,
        "header": DRAFT_HEADER,
        "upload": UPLOAD_PAGE,
        "color": list(read_rgba(_COLORS[theme])[:3]),
        "files": [_file_words(draft) for draft in area.drafts],
        "notes": [{"id": note.id, "text": note.words, "bad": note.is_fault} for note in area.notes],
    }


def _file_words(draft: ShownDraft) -> dict[str, Any]:
    file = draft.file
    return {
        "id": file.id,
        "name": file.name,
        "marking": draft.marking,
        "far": list(draft.far),
        "layers": [_layer_words(layer) for layer in file.layers],
        "skipped": [one.words for one in file.skipped],
    }


def _layer_words(layer: PrivateLayer) -> dict[str, Any]:
    report = layer.report
    return {
        "title": layer.title,
        "token": layer.token,
        "kinds": dict(report.geometry_kinds),
        "n": report.accepted,
        "bounds": list(report.bounds) if report.bounds else None,
        "warnings": list(layer.warnings),
        "fields": [
            {
                "property": name,
                "label": "When" if name == OCCURRED_AT else name,
                "tip": place < _MOST_TOOLTIP or name == OCCURRED_AT,
            }
            for place, name in enumerate(layer.features.columns)
        ],
    }


def read_drop_action(value: Mapping[str, Any] | None) -> DropAction | None:
    """Read what the component reports; anything malformed counts as not reported."""
    said = (value or {}).get("draft")
    if not isinstance(said, Mapping):
        return None
    what, file_id = said.get("what"), said.get("id")
    if what not in ("publish", "discard") or not isinstance(file_id, str):
        return None
    by = said.get("by")
    name = by.strip()[:MOST_AUTHOR] if isinstance(by, str) else ""
    return DropAction(what=what, file_id=file_id, by=name, agreed=said.get("agreed") is True)
