"""Files that were sound: cut, with bytes changed, doubled or blanked, as transfers leave them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from tests.attack.attempt import Attempt
from tests.attack.record import draw_whole
from tests.attack.value import draw_values

Break = Callable[[Random, bytearray], None]


def draw_broken(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw a file of each format and break it; whether it can still be read is not known."""
    for draw in (draw_whole, draw_values):
        for attempt in draw(random, folder):
            name, change = random.choice(sorted(BREAKS.items()))
            content = bytearray(attempt.path.read_bytes())
            change(random, content)
            attempt.path.write_bytes(content)
            yield replace(attempt, way=f"{name}: {attempt.way}", rows=None, cells=(), found=())


def _cut(random: Random, content: bytearray) -> None:
    del content[random.randrange(len(content)) :]


def _flip(random: Random, content: bytearray) -> None:
    for _ in range(random.choice((1, 4, 64))):
        place = random.randrange(len(content) * 8)
        content[place // 8] ^= 1 << (place % 8)


def _blank(random: Random, content: bytearray) -> None:
    first = random.randrange(len(content))
    size = min(random.choice((16, 512, 4096)), len(content) - first)
    content[first : first + size] = bytes(size)


def _double(random: Random, content: bytearray) -> None:
    first = random.randrange(len(content))
    content[first:first] = content[first : first + random.choice((16, 512, 4096))]


def _swell(random: Random, content: bytearray) -> None:
    """Write the largest number over some bytes, as of a length that lies."""
    first = random.randrange(max(len(content) - 8, 1))
    size = random.choice((1, 2, 4, 8))
    content[first : first + size] = b"\xff" * size


BREAKS: dict[str, Break] = {
    "blanked": _blank,
    "cut": _cut,
    "doubled": _double,
    "flipped": _flip,
    "swollen": _swell,
}
