import pytest
from matplotlib.path import Path

from cop.export.feature import Feature
from cop.export.label import Box, place_labels
from cop.model.style import Label, Paint

pytestmark = pytest.mark.table
TOWN = Label(property="name", rank="people", dot=Paint("#ffffff", "#000000"))
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))
PLACE = (0.0, 0.0, 512.0)


def town(name: str, x: float, y: float, people: int = 1) -> Feature:
    return Feature("point", {"name": name, "people": people}, Path([(x, y)]))


def test_the_larger_of_two_towns_keeps_the_room_and_none_overlap() -> None:
    taken: list[Box] = []
    towns = [town("Small", 0.5, 0.5, 10), town("Large", 0.5, 0.5, 1_000)]
    towns += [town(f"Town {i}", 0.5, 0.5 + i / 500) for i in range(20)]
    placed = place_labels([(PLACE, towns)], TOWN, taken)
    assert placed[0].text == "Large"
    assert len(placed) < len(towns)
    boxes = sorted(taken)
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[0] > b[2] or a[2] < b[0] or a[1] > b[3] or a[3] < b[1]


def test_room_that_an_upper_layer_has_taken_stays_free() -> None:
    assert place_labels([(PLACE, [town("A", 0.5, 0.5)])], TOWN, [(0, 0, 512, 512)]) == []


def test_the_pieces_of_an_area_share_one_label_at_the_middle_of_the_largest() -> None:
    area = Feature("area", {"name": "Tucson"}, Path(SQUARE, closed=True))
    small = Feature("area", {"name": "Tucson"}, Path([(x / 9, y / 9) for x, y in SQUARE]))
    label = Label(property="name", capitals=True)
    placed = place_labels([(PLACE, [small]), ((512.0, 0.0, 512.0), [area])], label, [])
    assert [text.text for text in placed] == ["TUCSON"]
    assert placed[0].at == pytest.approx((768, 256))


def test_text_is_drawn_as_it_is_whatever_is_in_it() -> None:
    texts = ["$x^2$ <b>", "\u4e2d\u6587", "Ciudad Ju\u00e1rez"]
    towns = [town(text, 0.1, 0.2 * i + 0.1) for i, text in enumerate(texts)]
    placed = place_labels([(PLACE, towns)], TOWN, [])
    assert {text.text for text in placed} == {texts[0], "\ufffd\ufffd", texts[2]}
    for text in placed:
        assert len(text.path.vertices) > 0
        assert text.path.get_extents().x0 >= text.left - 1
