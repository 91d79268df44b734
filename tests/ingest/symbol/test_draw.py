"""Symbols become areas in the colours of their affiliation, or are refused with what to write."""

import pytest
import shapely

from cop.errors import LayerError
from cop.ingest.symbol.draw import draw_symbols, find_drawn
from cop.model.symbol import OFFERED, Symbol, SymbolPart

pytestmark = pytest.mark.layers

PATROL = OFFERED["Border Patrol"]
FRAMES = {"3": "#80e0ff", "6": "#ff8080", "4": "#aaffaa", "1": "#ffff80"}
UNIT = "100{}1000002002000000"


def size(part: SymbolPart) -> float:
    """The area of a part, holes taken off, as a fill by either rule gives it."""
    rings = [shapely.LinearRing(ring) for ring in part.rings]
    return sum(shapely.Polygon(ring).area * (1 if ring.is_ccw else -1) for ring in rings)


def test_every_offered_symbol_is_drawn_and_none_is_an_empty_frame() -> None:
    drawn = draw_symbols(OFFERED.values())
    frames = draw_symbols({f"{code[:10]}0000000000" for code in drawn} - {"10032500000000000000"})
    looks = {symbol.parts for symbol in drawn.values()}
    assert len(looks) == len(drawn)
    assert looks.isdisjoint(symbol.parts for symbol in frames.values())
    for symbol in drawn.values():
        left, _, right, bottom = symbol.box
        places = [place for part in symbol.parts for ring in part.rings for place in ring]
        assert min(x for x, _ in places) >= left
        assert max(y for _, y in places) <= bottom
        assert symbol.parts[0].fill == "#ffffff"
        assert all(size(part) > 0 for part in symbol.parts)
        assert len(symbol.model_dump_json()) < 6_000
        assert 80 < right - left < 240


@pytest.mark.parametrize(("side", "color"), FRAMES.items())
def test_a_frame_has_the_colour_of_its_affiliation(side: str, color: str) -> None:
    (symbol,) = draw_symbols([UNIT.format(side)]).values()
    assert symbol.parts[1].fill == color
    (letters,) = draw_symbols([f"S{'.U.FN.H'[int(side)]}GPUCI--------"]).values()
    assert letters.parts[1].fill == color


def part_of(symbol: Symbol, color: str) -> float:
    return sum(size(part) for part in symbol.parts if part.fill == color)


def test_what_the_package_leaves_out_is_added() -> None:
    """An installation has a bar over its frame; what is planned has a broken frame."""
    station = draw_symbols([OFFERED["Border Patrol station"]])[OFFERED["Border Patrol station"]]
    patrol = draw_symbols([PATROL])[PATROL]
    assert station.box[1] < patrol.box[1] - 10
    assert station.box[3] == patrol.box[3]
    planned = draw_symbols(["10031010002002000000"])["10031010002002000000"]
    assert part_of(planned, "#efefef") > part_of(patrol, "#efefef")
    assert draw_symbols(["SFGPIB----H----"])["SFGPIB----H----"].box[1] == station.box[1]
    battalion = draw_symbols(["10031000161211000000"])["10031000161211000000"]
    assert battalion.box[1] < station.box[1]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("10031000009999990000", "no such symbol is known"),
        ("10039900002002000000", "no such symbol is known"),
        ("SFGPZZZZZZ-----", "no such symbol is known"),
        ("SPGPUCI--------", "no such symbol is known"),
        ("99031000002002000000", "write 10"),
        ("10131000002002000000", "write 0 as digit 3"),
        ("10031030002002000000", "write 0 .present. or 1 .planned. as digit 7"),
        ("10031002002002000000", "write 0 as digit 8"),
        ("10031000992002000000", "write 00 as digits 9-10"),
        ("10031500352201000000", "write 00 as digits 9-10"),
        ("10031500002201009900", "modifier 99 is not known: write 00 as digits 17-18"),
        ("10031000002002000099", "modifier 99 is not known: write 00 as digits 19-20"),
        ("SFGDUCI--------", "write P"),
        ("SFGPUCI---A----", "write - eleventh"),
        ("SFGPUCI----M---", "write - twelfth"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_its_code(code: str, told: str) -> None:
    for _ in range(2):
        with pytest.raises(LayerError, match=f"symbol {code} is not drawn: .*{told}"):
            draw_symbols([PATROL, code])
    assert list(find_drawn([code, PATROL])) == [PATROL]


def test_a_drawing_that_is_held_stays_as_it_is() -> None:
    held = draw_symbols([PATROL])[PATROL].model_copy(update={"box": (0.0, 0.0, 1.0, 1.0)})
    assert draw_symbols([PATROL], {PATROL: held}) == {PATROL: held}
