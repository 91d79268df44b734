"""Files dropped on the Picture: private drafts of this session, each published with one button."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cop.errors import CopError
from cop.ingest.layer.group import GroupMember, publish_group
from cop.ingest.layer.history import build_declaration
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.private import PrivateFile, open_private
from cop.ingest.layer.step import Step
from cop.model.marking import highest_marking
from cop.model.saved import check_author
from cop.model.upload import shown_name
from cop.model.uploaded import Declaration
from cop.ui.component.context import use_context
from cop.ui.component.permit import need, why_not
from cop.ui.component.record import recording
from cop.ui.map.drop import DropAction, DropArea, DropNote, ShownDraft, read_drop_action
from cop.ui.page.save import typed_author
from cop.ui.page.upload.far import find_far_layer
from cop.ui.page.upload.shown import switch_on
from cop.ui.page.upload.work import find_waiting, own_quota, spooled, store_settings

MOST_FILES = 10
MOST_DROP_MB = 64
_MOST_NOTES = 6
_BOX, _KEY = "drop-box", "cop-drop"
_MB = 1 << 20
# The map hands over what is dropped anywhere on the page; this box itself is never seen.
_CSS = '<style>[data-testid="stLayoutWrapper"]:has(> .st-key-cop-drop) { display: none; }</style>'


@dataclass
class DropBox:
    """What this session has dropped; ``turn`` counts what was read, and names the next uploader.

    ``is_stale`` is whether the page must be drawn anew, as a layer was published.
    """

    files: list[PrivateFile] = field(default_factory=list)
    notes: list[DropNote] = field(default_factory=list)
    turn: int = 0
    noted: int = 0
    is_stale: bool = False

    def note(self, words: str, *, is_fault: bool = False) -> None:
        """Say what became of a file; only the newest notes are kept."""
        self.noted += 1
        self.notes.append(DropNote(id=self.noted, words=words, is_fault=is_fault))
        del self.notes[:-_MOST_NOTES]


def render_drop() -> DropArea:
    """Draw the hidden uploader; return what this session's map shows of dropped files."""
    box = _own_box()
    if box.is_stale:
        box.is_stale = False
        st.rerun()
    with st.container(key=_KEY):
        st.html(_CSS)
        key = f"drop-files-{box.turn}"
        st.file_uploader(
            "Files for the map", accept_multiple_files=True, max_upload_size=MOST_DROP_MB,
            key=key, on_change=take_files, args=(key,),
        )  # fmt: skip
    return DropArea(
        drafts=tuple(_show(file) for file in box.files),
        notes=tuple(box.notes),
        turn=box.turn,
        most_mb=MOST_DROP_MB,
    )


def take_files(key: str) -> None:
    """Read what was dropped into drafts; the uploader of the next run is a new, empty one."""
    box = _own_box()
    # One that was read before this run is still listed, as a file that is gone.
    found = [one for one in st.session_state.get(key) or () if isinstance(one, UploadedFile)]
    if not found:
        return
    box.notes.clear()
    refused = why_not("upload")
    if refused is not None:
        box.note(refused, is_fault=True)
        _forget(found)
        return
    for file in found:
        _take(box, file)
    _forget(found)
    box.turn += 1


def act_on_draft(key: str) -> None:
    """Publish or discard a draft, as was pressed on the map of a key."""
    action = read_drop_action(st.session_state.get(key))
    box = _own_box()
    file = next((one for one in box.files if action and one.id == action.file_id), None)
    if action is None or file is None:
        return
    box.notes.clear()
    if action.what == "publish":
        _publish(box, file, action)
    else:
        _close(box, file)


def mark_drafts(marking: str) -> str:
    """Return the highest of a marking and those of the drafts on this session's map."""
    drafts = [_declare("Draft").marking for _ in _own_box().files]
    return highest_marking([marking, *drafts])


def _own_box() -> DropBox:
    box: DropBox = st.session_state.setdefault(_BOX, DropBox())
    return box


def _take(box: DropBox, file: UploadedFile) -> None:
    name = shown_name(file.name)
    if len(box.files) >= MOST_FILES:
        words = f"{name}: there are {MOST_FILES} drafts on this map: publish or discard one first"
        box.note(words, is_fault=True)
        return
    content, size_bytes = find_waiting(file)
    if size_bytes > MOST_DROP_MB * _MB:
        size = f"{size_bytes / _MB:,.0f} MB; at most {MOST_DROP_MB} MB can be dropped here"
        box.note(f"{name}: {size}: use Upload", is_fault=True)
        return
    context = use_context()
    near = context.service.snapshot.line_bounds
    try:
        with spooled(content) as path:
            found = open_private(path, name, context.uploads, near=near)
    except CopError as fault:
        box.note(str(fault), is_fault=True)
        return
    for layer in found.layers:
        context.drafts.put(layer)
    box.files.append(found)


def _forget(files: Sequence[UploadedFile]) -> None:
    """Let go of files that were read, which Streamlit keeps as long as the session."""
    running = get_script_run_ctx()
    remove = getattr(running and running.uploaded_file_mgr, "remove_file", None)
    if running is None or remove is None:
        return
    for file in files:
        remove(session_id=running.session_id, file_id=file.file_id)


def _close(box: DropBox, file: PrivateFile) -> None:
    for layer in file.layers:
        use_context().drafts.drop(layer)
    box.files.remove(file)
    file.close()


def _show(file: PrivateFile) -> ShownDraft:
    return ShownDraft(file=file, marking=_declare("Draft").marking, far=_list_far(file))


def _list_far(file: PrivateFile) -> tuple[str, ...]:
    """Return a warning for each layer that lies far from the area."""
    found = [(layer.title, find_far_layer(layer.report.bounds)) for layer in file.layers]
    several = len(found) > 1
    return tuple(
        f"{title}: {far.words}" if several else far.words for title, far in found if far is not None
    )


def _declare(title: str) -> Declaration:
    """Return what a layer is declared as where nobody was asked."""
    return build_declaration(None, {"title": title})


def _publish(box: DropBox, file: PrivateFile, action: DropAction) -> None:
    """Publish all layers of a draft in one version; a fault leaves the draft as it is."""
    if _list_far(file) and not action.agreed:
        box.note(f"{file.name}: tick that it lies outside the area, then publish", is_fault=True)
        return
    try:
        need("publish")
        steps = _store(file, check_author(typed_author().strip() or action.by))
    except CopError as fault:
        box.note(f"{file.name}: {fault}", is_fault=True)
        return
    use_context().service.warehouse.refresh()
    switch_on([step.layer for step in steps])
    titles = ", ".join(step.layer.declared.title for step in steps)
    box.note(
        f"Published {titles} in version {steps[0].version}. Open pages show it within 5 seconds. "
        "Undo or retire it on the page Upload."
    )
    _close(box, file)
    box.is_stale = True


def _store(file: PrivateFile, by: str) -> list[Step]:
    drafts = [replace(layer.draft, name=file.name) for layer in file.layers]
    declared = [_declare(layer.title) for layer in file.layers]
    store, quota = store_settings(), own_quota()
    with recording("publish", f"file {file.name}", by=by) as act:
        if len(drafts) == 1:
            steps = [publish_layer(store, drafts[0], declared[0], by=by, quota=quota)]
        else:
            pairs = zip(drafts, declared, strict=True)
            members = [GroupMember(draft=d, declared=s) for d, s in pairs]
            steps = publish_group(store, members, file=file.name, by=by, quota=quota)
        act.detail |= {"version": steps[0].version, "layers": [step.layer.id for step in steps]}
    return steps
