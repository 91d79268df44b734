"""What a presenter may put on the board: what the warehouse has, as far as it is released to them.

A filter with a part that is not there is refused; a layer that is not there is left out.
"""

from dataclasses import replace

from cop.errors import BoardError
from cop.layerkind.service.layer_list import read_layers
from cop.layerkind.service.opening import resolve_picture
from cop.model.board import Board, Move
from cop.model.layer import Layer
from cop.model.picture import Picture, ShownLayer
from cop.model.unapplied import UnappliedPart, describe_unapplied
from cop.query.service import QueryService

OfferedMove = tuple[Move, tuple[UnappliedPart, ...]]
"""A move as it may be put on the board, and the parts that were left out of it."""


def check_move(service: QueryService, move: Move, board: Board) -> OfferedMove:
    """Return a move as it may be put on a board now, and the layers that were left out of it.

    Raise FilterError if its filter cannot be read, BoardError if the warehouse lacks a part of it:
    without that part, everyone would be shown more than the presenter asked for.
    """
    pairs = board.wanted or [] if move.wanted is None else move.wanted
    if move.wanted is None:
        asked = Picture.open_pairs(pairs)
    else:
        asked = Picture.from_pairs((name, value) for name, value in pairs)
        # In canonical order and form, so that pages can tell whether they show it already.
        move = move.model_copy(update={"wanted": asked.filter_pairs()})
    shown = tuple(ShownLayer(id=one.id, opacity=one.opacity) for one in move.layers or ())
    view, opened = resolve_picture(service, replace(asked, shown=shown or None, measures=()))
    lacking = [part for part in opened.unapplied if part.name != "layers"]
    if lacking and move.wanted is not None:
        raise BoardError(f"Not put on the board. {describe_unapplied(lacking)}.")
    return _with_layers(move, read_layers(service, view)), tuple(
        part for part in opened.unapplied if part.name == "layers"
    )


def _with_layers(move: Move, known: dict[str, Layer]) -> Move:
    """Return a move with the layers that are known, each by a measure that it has."""
    if not move.layers:
        return move
    keys = {name: {measure.key for measure in layer.measures} for name, layer in known.items()}
    left = [
        one if one.measure in keys[one.id] else one.model_copy(update={"measure": None})
        for one in move.layers
        if one.id in keys
    ]
    return move.model_copy(update={"layers": left})
