"""The map's labels can write the name of every town of every region."""

import re

import pytest

from cop.ingest.geography import read_region, region_names
from cop.ingest.geography.source import read_towns
from cop.ui.map.component import ASSETS

pytestmark = pytest.mark.sources


def drawable() -> set[str]:
    """The characters that label.js has glyphs made for."""
    text = (ASSETS / "label.js").read_text(encoding="utf-8")
    (declared,) = re.findall(r"const CHARACTERS = \[(.*?)\];", text, re.DOTALL)
    runs = re.findall(r"length: (\d+)}, \(_, i\) => String\.fromCharCode\((\d+) \+ i\)", declared)
    assert runs
    single = re.findall(r"'\\u([0-9a-f]{4})'", declared)
    codes = [int(first) + i for length, first in runs for i in range(int(length))]
    return {chr(code) for code in (*codes, *(int(digits, 16) for digits in single))}


@pytest.mark.full
@pytest.mark.parametrize("name", region_names())
def test_every_town_and_sector_can_be_written(name: str) -> None:
    region = read_region(name)
    towns = read_towns(region.extent, (*region.countries, *region.neighbours))
    words = [*towns["name"], *(sector.name.upper() for sector in region.sectors)]
    assert len(towns) > 1_000
    assert {character for word in words for character in word} - drawable() == set()
