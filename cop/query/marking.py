"""The marking of what a view counts."""

from cop.model.marking import highest_marking
from cop.query.view import View
from cop.store.dataset.source import SourceState


def page_marking(view: View) -> str:
    """Return the highest marking of the sources that can be on the screen."""
    return highest_marking(state.marking for state in list_shown_sources(view).values())


def list_shown_sources(view: View) -> dict[str, SourceState]:
    """Return the sources that can be on the screen, by their id."""
    snapshot, sources = view.snapshot, view.filter.sources
    return {
        name: state
        for name, state in snapshot.sources.items()
        if name not in snapshot.event_sources
        or (
            state.source.synthetic == (view.filter.records == "synthetic")
            and (not sources or name in sources)
        )
    }
