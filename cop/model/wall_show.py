"""What was sent to the walls: saved Pictures that they play, until it is taken back."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from cop.model.board import Board
from cop.model.wall import USUAL_SECONDS


class WallShow(BaseModel):
    """Ids of saved Pictures, seconds of each, and who sent them when (naive UTC).

    Without scenes the walls show their own Picture again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    scenes: tuple[str, ...] = ()
    seconds: int = USUAL_SECONDS
    by: str
    at: datetime


def settle_show(show: WallShow | None, board: Board) -> WallShow | None:
    """Return what walls play now; None where they show the board, or their own Picture.

    The newer act counts: what was sent, or somebody beginning to present.
    """
    if show is None or not show.scenes:
        return None
    sent = show.at.replace(tzinfo=UTC).timestamp()
    presenting = board.presenter is not None and board.since is not None
    return None if presenting and board.since > sent else show  # type: ignore[operator]
