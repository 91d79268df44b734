"""One snapshot and one release: which sources and layers of it the release admits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from cop.model.release import Release
from cop.model.uploaded import UploadedLayer
from cop.store.dataset.source import SourceState
from cop.store.release.copy import Condition
from cop.store.release.later import LaterVersions
from cop.store.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True, eq=False)
class ReleaseCase:
    """A snapshot, the newest one, a release, and the sources and layers that it admits.

    ``since`` is what the versions between the two had, ``clips`` are the conditions of layers of
    which some features alone are admitted.
    """

    snapshot: Snapshot
    newest: Snapshot
    release: Release
    sources: frozenset[str]
    layers: Mapping[str, UploadedLayer]
    since: LaterVersions = field(default_factory=LaterVersions)
    clips: Mapping[str, Condition] = field(default_factory=dict)

    def only_then(self, dataset: str) -> list[str]:
        """Return the files of a dataset that the newest version has no more."""
        files = self.snapshot.catalogue.files.get(dataset, ())
        return sorted({*files} - {*self.newest.catalogue.files.get(dataset, ())})

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        newest: Snapshot,
        release: Release,
        *,
        since: LaterVersions | None = None,
    ) -> Self:
        """Build a case: what ``newest`` withholds is withheld at every moment before, too.

        What it has no more counts as any version since marked it.
        """
        later = since or LaterVersions()

        def admits_now(marking: str | None, gone: Iterable[str]) -> bool:
            if marking is not None:
                return release.admits(marking)
            return later.is_whole and all(map(release.admits, gone))

        layers = {
            name: layer
            for name, layer in snapshot.uploaded.items()
            if (release.grant is None or release.grant.gives_layers)
            and release.admits(layer.declared.marking)
            and admits_now(_layer_marking(newest, name), later.layers.get(name, ()))
        }
        sources = {
            name
            for name, state in snapshot.sources.items()
            if release.admits(state.source.marking)
            and admits_now(_source_marking(newest.sources, name), later.sources.get(name, ()))
        }
        return cls(
            snapshot=snapshot,
            newest=newest,
            release=release,
            sources=frozenset(sources - ({*snapshot.uploaded} - {*layers})),
            layers=layers,
            since=later,
        )

    @property
    def withheld(self) -> tuple[str, ...]:
        """The titles of the sources that are not released, where they may be named.

        Layers and single records are not among them.
        """
        if not self.release.names_withheld:
            return ()
        return tuple(
            sorted(
                state.source.title
                for name, state in self.snapshot.sources.items()
                if name not in self.sources and state.source.kind != "layers"
            )
        )


def _layer_marking(newest: Snapshot, name: str) -> str | None:
    layer = newest.uploaded.get(name)
    return None if layer is None else layer.declared.marking


def _source_marking(sources: Mapping[str, SourceState], name: str) -> str | None:
    state = sources.get(name)
    return None if state is None else state.source.marking
