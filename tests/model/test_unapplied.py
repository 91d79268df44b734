"""What is not applied: its words, and that an address keeps it until its viewer chooses anew."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.unapplied import UnappliedPart, build_lacking, describe_unapplied
from tests.attack.address import draw_pairs

pytestmark = pytest.mark.trust


def test_words_name_the_part_and_are_cut() -> None:
    assert describe_unapplied(()) == ""
    gone = build_lacking("sector", "GONE-1")
    assert describe_unapplied([gone]) == (
        "Not applied: sector GONE-1, which this warehouse does not have"
    )
    then = build_lacking("layers", "x*1", stated="layer x", then=True)
    assert then.words == "layer x, which this warehouse did not have then"
    many = [build_lacking("sector", f"GONE-{n}") for n in range(6)]
    assert describe_unapplied(many).endswith("; and 2 more")
    long = UnappliedPart.of("sector", "x" * 5_000, "y\n" * 5_000)
    assert (len(long.value), len(long.words), long.words.isprintable()) == (101, 161, True)


def test_an_address_is_read_as_far_as_it_can_be() -> None:
    pairs = [("sector", "TCA"), ("to", "0001-01-01"), ("kind", "dragon"), ("layers", "a*1,b*7")]
    picture = Picture.open_pairs(pairs)
    assert picture.filter.sectors == ("TCA",)
    assert [one.id for one in picture.shown or ()] == ["a"]
    assert [part.name for part in picture.unapplied] == ["to", "kind", "layers"]
    words = describe_unapplied(picture.unapplied)
    assert words.startswith("Not applied: to='0001-01-01' is not within the years 1900 to 2199; ")


def test_a_window_that_ends_before_it_starts_is_left_open() -> None:
    picture = Picture.open_pairs([("from", "2026-02-01"), ("to", "2026-01-01"), ("sector", "TCA")])
    assert picture.filter == Filter(sectors=("TCA",))
    assert describe_unapplied(picture.unapplied).count("is not before") == 1


def test_the_first_of_two_counts() -> None:
    picture = Picture.open_pairs([("records", "real"), ("records", "synthetic")])
    assert picture.filter.records == "real"
    assert "records is given more than once" in describe_unapplied(picture.unapplied)


@pytest.mark.parametrize(
    "pairs",
    [
        [("from", "2026-01-30"), ("from", "2026-01-01"), ("to", "2026-01-10")],
        [("ahead", "week-1"), ("ahead", "day-4")],
        [("ahead", "week-1"), ("ahead", "week-1")],
        [("ahead", "year-1")],
    ],
)
def test_what_did_not_count_does_not_count_when_it_is_opened_again(
    pairs: list[tuple[str, str]],
) -> None:
    picture = Picture.open_pairs(pairs)
    again = Picture.open_pairs(picture.to_pairs())
    assert again.filter == picture.filter == Filter()
    assert again.to_pairs() == picture.to_pairs()


def test_a_choice_of_the_viewer_takes_the_place_of_what_was_not_applied() -> None:
    own = Picture.open_pairs([("to", "0001-01-01"), ("kind", "dragon")])
    chosen = replace(own, filter=replace(own.filter, kinds=("rescue",)))
    assert [part.name for part in chosen.chosen_over(own).unapplied] == ["to"]
    assert [p.name for p in replace(own, preset="7 d").chosen_over(own).unapplied] == ["kind"]


@given(st.randoms(use_true_random=False))
def test_any_address_is_read_and_says_the_same_when_it_is_read_again(random: Random) -> None:
    picture = Picture.open_pairs(draw_pairs(random))
    again = Picture.open_pairs(picture.to_pairs())
    assert again.to_pairs() == picture.to_pairs()
    plain = replace(picture, unapplied=())
    assert replace(again, unapplied=()) == plain
    assert Picture.from_pairs(plain.to_pairs()) == plain
