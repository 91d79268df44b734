"""What is known of a layer: its sources, its time, whether it is loaded, stale or unknown."""

from dataclasses import replace

from cop.layerkind.base.kind import LayerStatus
from cop.layerkind.base.note import CaveatNote, NoRecordsNote, NotLoadedNote
from cop.layerkind.registry import kind_of
from cop.layerkind.service.tile import read_caveats
from cop.model.layer import Layer
from cop.query.service import QueryService
from cop.query.view import View


def read_status(
    service: QueryService, view: View, layer: Layer, *, shown: bool = True
) -> LayerStatus:
    """Return what is known of a layer under a view.

    For one that is not ``shown``, only what is already computed.
    """
    kind = kind_of(layer)
    status = _released(kind.read_status(service, view, layer, shown=shown), view)
    caveats = () if kind.states_caveats else read_caveats(view, layer)
    if not caveats:
        return status
    notes = (*status.notes, CaveatNote(caveat=caveats[0]))
    lacking = any(caveat.missing for caveat in caveats)
    return replace(status, status="unknown" if lacking else status.status, notes=notes)


def _released(status: LayerStatus, view: View) -> LayerStatus:
    """Word what is not there for the view's release."""
    release = view.snapshot.release
    if status.is_loaded or release is None:
        return status
    notes = tuple(
        replace(note, release=release) if isinstance(note, NotLoadedNote | NoRecordsNote) else note
        for note in status.notes
    )
    return replace(status, notes=notes)
