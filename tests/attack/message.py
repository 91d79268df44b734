"""Random messages to the board: of its own words, with values of every wrong kind."""

import json
from random import Random
from typing import Any

from tests.attack.address import JUNK, draw_pairs

NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 0.5, 180, -180.0000001, 2**53, 10**30, -(10**30), 1e308, float("nan"), float("inf"),
    "1", None, True, [], {}, [[]],
)  # fmt: skip
TEXTS: tuple[Any, ...] = ("Chief", "aaaaaaaaaa", "0" * 32, *JUNK, 7, None, ["x"], {"a": 1})
LAYERS = ("events", "segments", "gone", "up-gone", "", "x" * 200)
WORDS = (
    "key", "name", "role", "after", "take", "release", "move", "draw", "erase", "camera", "wanted",
    "layers", "pointer", "frame", "sent_ms", "presenter", "revision", "board", "__class__",
)  # fmt: skip


def draw_message(random: Random) -> str | bytes:
    """Return a message: JSON of the board's words, JSON of any, no JSON, or no text at all."""
    kind = random.random()
    if kind < 0.6:
        return json.dumps(_draw_words(random))
    if kind < 0.75:
        return json.dumps({random.choice(WORDS): _draw_any(random, 3)})
    if kind < 0.85:
        return random.choice(('{"move":', "null", "[]", '"take"', "{" * 3_000, "[" * 60_000, ""))
    if kind < 0.9:
        depth = random.choice((50, 900, 20_000))
        return '{"draw":' + '{"a":' * depth + "1" + "}" * depth + "}"
    if kind < 0.95:
        return '{"move":{"wanted":[["sector","' + "x" * random.choice((10, 70_000)) + '"]]}}'
    return random.randbytes(random.choice((0, 1, 60, 5_000)))


def _draw_words(random: Random) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if random.random() < 0.7:
        said["take"] = True
    if random.random() < 0.8:
        said["move"] = _draw_move(random)
    if random.random() < 0.1:
        said["draw"] = _draw_drawing(random)
    if random.random() < 0.1:
        said["erase"] = random.choice(TEXTS)
    if random.random() < 0.05:
        said["after"] = random.choice(NUMBERS)
    if random.random() < 0.1:
        said["name"] = random.choice(TEXTS)
    return said


def _draw_move(random: Random) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "wanted": [list(pair) for pair in draw_pairs(random)],
        "layers": [
            {"id": random.choice(LAYERS), "opacity": _number(random), "measure": "risk"}
            for _ in range(random.choice((0, 1, 3)))
        ],
        "camera": {"lon": _number(random), "lat": _number(random), "zoom": _number(random)},
        "pointer": {"lon": _number(random), "lat": _number(random)},
        "frame": {"from": _number(random), "to": _number(random)},
        "sent_ms": _number(random),
    }
    chosen = random.sample(sorted(parts), random.choice((1, 1, 2, 6)))
    return {name: parts[name] for name in chosen}


def _draw_drawing(random: Random) -> dict[str, Any]:
    return {
        "shape": random.choice(("area", "line", "point", "arrow", "text", "blob")),
        "coordinates": [[_number(random), _number(random)] for _ in range(random.choice((0, 3)))],
        "title": random.choice(TEXTS),
        "marking": random.choice(("TLP:CLEAR", "TLP:NONE", 3)),
    }


def _number(random: Random) -> Any:
    return random.choice(NUMBERS) if random.random() < 0.3 else random.choice((0.5, 1, 31, 7))


def _draw_any(random: Random, depth: int) -> Any:
    if depth == 0 or random.random() < 0.5:
        return random.choice((*NUMBERS, *TEXTS))
    values = [_draw_any(random, depth - 1) for _ in range(random.randrange(4))]
    return values if random.random() < 0.5 else {random.choice(WORDS): one for one in values}
