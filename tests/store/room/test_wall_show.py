"""What was sent to the walls is stored with who and when; the newest counts."""

from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cop.errors import AlertError, FilterError
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.room.wall_show import SUBJECT, WallShows

pytestmark = pytest.mark.glance

NOW = datetime(2026, 11, 27, 12)
ONE, OTHER = "abcdefgh23", "zzzzzzzz77"


def test_the_newest_order_counts_and_each_is_audited(either: StoreSettings) -> None:
    clock = [NOW]
    with closing(WallShows(either, now=lambda: clock[0])) as shows:
        assert shows.newest() is None
        sent = shows.send((ONE, OTHER), by=" Avery ", seconds=45)
        assert (sent.scenes, sent.seconds, sent.by, sent.at) == ((ONE, OTHER), 45, "Avery", NOW)
        assert shows.newest() == sent
        clock[0] += timedelta(seconds=1)
        shows.send((), by="Blake")
    with closing(WallShows(either)) as again:
        newest = again.newest()
    assert newest is not None
    assert (newest.scenes, newest.by) == ((), "Blake")
    steps = [(step.who, step.action, step.detail) for step in list_steps(either, subject=SUBJECT)]
    assert steps == [("Blake", "take back", ""), ("Avery", "send", f"{ONE},{OTHER}")]


@pytest.mark.parametrize(
    ("scenes", "by", "seconds", "fault"),
    [
        (("../room",), "Avery", 30, FilterError),
        ((ONE,), "Avery", 5, FilterError),
        ((ONE,), " ", 30, AlertError),
        ((ONE,) * 41, "Avery", 30, FilterError),
    ],
)
def test_what_a_wall_cannot_play_is_refused_and_nothing_stored(
    either: StoreSettings, scenes: tuple[str, ...], by: str, seconds: int, fault: type[Exception]
) -> None:
    with closing(WallShows(either)) as shows:
        with pytest.raises(fault):
            shows.send(scenes, by=by, seconds=seconds)
        assert shows.newest() is None


@pytest.mark.access
def test_of_scenes_that_may_not_be_known_nothing_is_told(either: StoreSettings) -> None:
    clock = [NOW]
    with closing(WallShows(either, now=lambda: clock[0])) as shows:
        theirs = shows.known_by(lambda scene: scene == ONE)
        mixed = shows.send((OTHER, ONE), by="Avery")
        assert theirs.newest() == mixed.model_copy(update={"scenes": (ONE,)})
        clock[0] += timedelta(seconds=1)
        hidden = shows.send((OTHER,), by="Blake")
        assert shows.newest() == hidden
        assert theirs.newest() == mixed.model_copy(update={"scenes": (ONE,)})
        clock[0] += timedelta(seconds=1)
        back = shows.send((), by="Avery")
        assert shows.newest() == theirs.newest() == back
