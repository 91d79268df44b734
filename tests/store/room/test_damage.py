"""Tests of the list of losses: told until what was lost is back, or somebody takes it back."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.store.backup.room_merge import list_kept
from cop.store.room.damage import (
    RoomDamage,
    add_damage,
    has_known_room,
    leave_restored,
    name_table,
    note_known_room,
    read_damages,
    write_damages,
)

pytestmark = pytest.mark.trust

FOUND = datetime(2026, 11, 26, 12)


def loss(n: int, *digests: str, aside: str = "quarantine/a") -> RoomDamage:
    return RoomDamage(
        found_at=FOUND, fault="f", aside=aside, lost={"alert": n}, seals={"alert": digests}
    )


def test_losses_are_kept_in_order_and_those_of_one_file_once(tmp_path: Path) -> None:
    assert read_damages(tmp_path) == ()
    note_known_room(tmp_path)
    assert has_known_room(tmp_path)
    first, second = loss(1, "aa"), loss(2, "bb", aside="quarantine/b")
    for each in (first, second, first):
        add_damage(tmp_path, each)
    assert read_damages(tmp_path) == (first, second)
    note_known_room(tmp_path)
    assert len(read_damages(tmp_path)) == 2
    write_damages(tmp_path, ())
    assert read_damages(tmp_path) == ()


def test_a_caveat_names_tables_moment_place_and_remedy() -> None:
    assert loss(2).caveat == (
        "room: 2 records missing since 261200Z NOV 26 (steps of alerts 2): f, set aside in "
        "quarantine/a; restore a backup to bring them back"
    )
    assert loss(1).brief == "room: 1 record missing since 261200Z NOV 26"


def test_every_table_has_words() -> None:
    assert [name for name in list_kept() if name_table(name).startswith("rows of")] == []


def test_what_came_back_is_not_missing_any_more() -> None:
    damages = (loss(2, "aa", "bb", "cc"), loss(1, "dd", aside="quarantine/b"))
    (left, other) = leave_restored(damages, {"alert": frozenset({"aa"})})
    assert (left.lost, other.lost) == ({"alert": 1}, {"alert": 1})
    assert leave_restored(damages, {"alert": frozenset({"aa", "bb", "dd"})}) == ()


def test_a_loss_that_nobody_can_count_ends_with_a_restore() -> None:
    unknown = RoomDamage(found_at=FOUND, fault="f", aside="", unknown=True)
    assert unknown.is_loss
    assert leave_restored((unknown,), {}) == ()
