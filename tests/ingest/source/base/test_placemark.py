"""Tests of a KML's styles: shared, mapped, inline, and those that lead nowhere."""

from pathlib import Path

import pytest

from cop.ingest.source.base.placemark import Placemark, PlacemarkStyle, read_styles
from tests.support.placemark import (
    TRACK,
    area,
    drawn,
    folder,
    kml,
    line,
    placed,
    point,
    shared,
    url,
)

pytestmark = pytest.mark.layers

BLUE = shared("blue", drawn("LineStyle", "ffff0000", "<width>4</width>"))
RED = "<Style><LineStyle><color>ff0000ff</color></LineStyle></Style>"


def test_colors_are_turned_and_maps_followed_to_their_normal_state(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    own = line("c", url("blue") + RED)
    lost = line("d", "<styleUrl>other.kml#x</styleUrl>")
    path.write_text(kml(BLUE, TRACK, folder("A", line("b", url("track")), own, lost)))
    found = read_styles(path)
    first, second, third = found.containers[1]
    assert found.resolve(first) == PlacemarkStyle(line_color="#0000ffff", line_width=4.0)
    assert found.resolve(second) == PlacemarkStyle(line_color="#ff0000ff", line_width=4.0)
    assert (third.url, found.resolve(third)) == ("other.kml#x", None)


def test_styles_that_point_to_one_another_end(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    circle = "".join(
        f'<StyleMap id="{a}"><Pair><key>normal</key>{url(b)}</Pair></StyleMap>'
        for a, b in (("a", "b"), ("b", "a"))
    )
    path.write_text(kml(circle, folder("A", line("c", url("a")))))
    found = read_styles(path)
    assert found.resolve(found.containers[1][0]) is None


def test_placemarks_are_of_their_own_folder_and_layers_are_counted_as_gdal_does(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.kml"
    inner = folder("B", area("b"))
    link = "<NetworkLink><name>x</name></NetworkLink>"
    path.write_text(kml(folder("A", point("a"), inner, line("c"), placed("d", "")), link))
    found = read_styles(path)
    kinds = [[one.kind for one in container] for container in found.containers]
    assert (kinds, found.links) == ([[], ["point", "line", None], ["area"]], 1)
    assert found.count_rows(3) == [0, 3, 1]
    assert found.find_container(1, rows=3) == found.containers[1]
    assert found.count_rows(2) == [3, 1]
    assert found.find_container(0, rows=3) == found.containers[1]
    assert found.find_container(0, rows=7) is None
    assert found.count_rows(1) is None
    assert found.find_container(0, rows=0) is None


def test_a_placemark_without_any_folder_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_text(f"<kml>{point('a')}</kml>")
    assert read_styles(path).containers == [[Placemark(kind="point")]]


@pytest.mark.parametrize("text", ["red", "ff0000", "", "-f0000ff", "ff0000ff00"])
def test_a_color_that_is_none_is_not_stated(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    style = f"<Style>{drawn('LineStyle', text, '<width>wide</width>')}</Style>"
    path.write_text(kml(folder("A", line("a", style))))
    found = read_styles(path)
    assert found.resolve(found.containers[1][0]) == PlacemarkStyle()
