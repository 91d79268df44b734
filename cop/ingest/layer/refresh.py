"""Layers that a watched folder keeps current: a file declares which file renews which layer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cop.errors import CopError, InputFileError, LayerError, StoreError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.history import build_declaration, read_line_area, read_uploaded_layers
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.step import SUBJECT, Step
from cop.ingest.layer.style import explain
from cop.ingest.upload.read import convert_file
from cop.model.marking import highest_marking
from cop.model.upload import Choices, DraftReport, shown_name
from cop.model.uploaded import LayerId, Line, UploadedLayer
from cop.settings import StoreSettings, UploadSettings
from cop.store.dataset.layer import find_layer
from cop.store.room.audit import note_step

_MOST_BYTES = 1 << 20
REFUSED = "refresh refused"
"""The step that the audit record has of a file that could not renew its layer."""


class Refresh(BaseModel):
    """A file of the folder and the layer that it renews: an id, or the title of one.

    Without an id a layer of that title is created the first time. ``says`` is its declaration, as
    the options of `cop ingest layer` would; ``reading`` how the file is read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^/\\]+$")]
    layer: LayerId | None = None
    title: Line | None = None
    says: Mapping[str, Any] = Field(default_factory=dict)
    reading: Choices = Choices()


class _RefreshDeclaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    layers: tuple[Refresh, ...] = Field(min_length=1, max_length=1_000)


@dataclass(frozen=True, kw_only=True)
class RefreshReport:
    """How a file changed its layer; ``version`` is None if nothing changed."""

    layer: str
    title: str
    revision: int
    version: int | None
    accepted: int
    rejected: int
    added: int = 0
    removed: int = 0
    changed: int = 0

    def describe(self) -> str:
        """Return it in one line."""
        if self.version is None:
            return f"{self.title} ({self.layer}) stays at revision {self.revision}: nothing changed"
        return (
            f"{self.title} ({self.layer}) is revision {self.revision}: {self.accepted} features, "
            f"+{self.added} -{self.removed} ~{self.changed}, {self.rejected} rows rejected; "
            f"version {self.version}"
        )


@dataclass(frozen=True, kw_only=True)
class Refreshes:
    """What a folder's files renew, by the file's name; ``name`` is the declaration's own."""

    name: str
    by_file: Mapping[str, Refresh]
    by: str
    limits: UploadSettings

    def load(self, settings: StoreSettings, path: Path) -> RefreshReport:
        """Renew a layer from a file by the sandbox; the old revision stands until then.

        A fault of the file or the layer is noted in the audit record as well. Raises
        InputFileError, LayerError or StoreError, such as RevisionConflictError where somebody
        changed the layer meanwhile: their change stays, and nothing else is published.
        """
        refresh = self.by_file.get(path.name)
        if refresh is None:
            raise InputFileError(
                f"{shown_name(path.name)}: no layer is declared for a file of that name; add it to "
                f"{self.name}, or take it away"
            )
        before = None
        try:
            before = _find(read_uploaded_layers(settings), refresh, name=self.name, owner=self.by)
            report, step = self._renew(settings, path, refresh, before)
        except StoreError:
            raise
        except CopError as fault:
            self._note(settings, path, before, str(fault))
            raise
        found = step.difference
        counts = {} if found is None else {n: getattr(found, n) for n in _COUNTS}
        return RefreshReport(
            layer=step.layer.id,
            title=step.layer.declared.title,
            revision=step.layer.revision,
            version=step.version,
            accepted=step.layer.content.n,
            rejected=report.rejected,
            **counts,
        )

    def _renew(
        self, settings: StoreSettings, path: Path, refresh: Refresh, before: UploadedLayer | None
    ) -> tuple[DraftReport, Step]:
        _check_not_retired(before)
        changes = {**refresh.says, **({"title": refresh.title} if refresh.title else {})}
        declared = build_declaration(before.declared if before else None, changes)
        if before is not None:
            # A marking that a person raised stays: a later file cannot know of it.
            marking = highest_marking((before.declared.marking, declared.marking))
            declared = declared.model_copy(update={"marking": marking})
        name = shown_name(path.name)
        with TemporaryDirectory(prefix="cop-draft-") as scratch:
            folder = Path(scratch) / "draft"
            near = read_line_area(settings)
            report = convert_file(path, name, refresh.reading, folder, self.limits, near=near)
            _check_region(report, refresh)
            step = publish_layer(
                settings,
                replace(read_draft(folder), name=name),
                declared,
                by=self.by,
                layer_id=before.id if before else None,
                state=before.state if before else "published",
                quota=Quota(limits=self.limits),
                based_on=before.revision if before else None,
            )
        return report, step

    def _note(
        self, settings: StoreSettings, path: Path, layer: UploadedLayer | None, words: str
    ) -> None:
        stays = "no layer is made" if layer is None else f"revision {layer.revision} stays"
        note_step(
            settings,
            who=self.by,
            subject=f"file {shown_name(path.name)}" if layer is None else f"{SUBJECT} {layer.id}",
            action=REFUSED,
            version=None,
            detail=f"{stays}: {words[:500]}",
        )


_COUNTS = ("added", "removed", "changed")


def read_refreshes(path: Path, *, by: str, limits: UploadSettings) -> Refreshes:
    """Read a declaration in YAML; LayerError names the file, the place in it and what to write."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise LayerError(f"{path}: is larger than 1 MB, no declaration of layers")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = _RefreshDeclaration.model_validate(content).layers
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise LayerError(f"{path}: cannot be read: {' '.join(str(fault).split())[:300]}") from fault
    except ValidationError as fault:
        raise LayerError(f"{path}: {explain(fault)}") from fault
    by_file: dict[str, Refresh] = {}
    for one in entries:
        if one.file in by_file:
            raise LayerError(f"{path}: file {one.file!r} is declared twice; leave one out")
        _check_words(path, one)
        by_file[one.file] = one
    return Refreshes(name=path.name, by_file=by_file, by=by, limits=limits)


def _check_words(path: Path, one: Refresh) -> None:
    """Refuse at once a declaration that would be refused when the file arrives."""
    if one.layer is None and one.title is None:
        raise LayerError(f"{path}: file {one.file!r}: name the layer it renews: layer or title")
    try:
        build_declaration(None, {"title": one.file, **one.says})
    except LayerError as fault:
        raise LayerError(f"{path}: file {one.file!r}: {fault}") from fault


def _find(
    stored: Mapping[str, UploadedLayer], refresh: Refresh, *, name: str, owner: str
) -> UploadedLayer | None:
    """Return the layer that a file renews; None if it is new.

    A title means a layer of the ``owner`` that was published: others' need their id.
    """
    if refresh.layer is not None:
        return find_layer(stored, refresh.layer)
    titled = [
        one
        for one in stored.values()
        if one.declared.title == refresh.title and one.owner == owner and one.state != "draft"
    ]
    live = [one for one in titled if one.state != "retired"] or titled
    if len(live) > 1:
        ids = ", ".join(one.id for one in live)
        raise LayerError(
            f"{refresh.file}: {len(live)} layers are titled {refresh.title!r} ({ids}): choose "
            f"which by `layer: ID` in {name}"
        )
    return live[0] if live else None


def _check_region(report: DraftReport, refresh: Refresh) -> None:
    """Raise InputFileError where a file lies outside the region and its reading does not agree."""
    for one in report.findings:
        if one.code == "outside_region" and one.code not in refresh.reading.agreed:
            raise InputFileError(
                f"{refresh.file}: {one.words} ({one.rows} rows) If it is right, write "
                f"reading: {{agreed: [{one.code}]}}"
            )


def _check_not_retired(layer: UploadedLayer | None) -> None:
    if layer is not None and layer.state == "retired":
        raise LayerError(
            f"layer {layer.id} ({layer.declared.title}) is retired and stays so: bring it back "
            f"with `cop layer undo {layer.id}` first"
        )
