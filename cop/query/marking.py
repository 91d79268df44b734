"""The marking of what a view counts."""

from cop.model.marking import highest_marking
from cop.query.view import View


def page_marking(view: View) -> str:
    """Return the highest marking of the sources that can be on the screen."""
    snapshot, sources = view.snapshot, view.filter.sources
    shown = [
        state.marking
        for name, state in snapshot.sources.items()
        if name not in snapshot.event_sources
        or (
            state.source.synthetic == (view.filter.records == "synthetic")
            and (not sources or name in sources)
        )
    ]
    return highest_marking(shown)
