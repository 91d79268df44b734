"""Random addresses of pages: what is there, what is gone, what never was, and what is no text."""

from random import Random

from cop.model.event import KINDS
from cop.model.filter import REPEATABLE, SINGLE
from cop.model.window import PRESETS

OWN = ("window", "known_at", "since", "map", "layers", "measure")
BESIDE = ("theme", "scenes", "seconds", "left", "right", "picture", "revision", "colour", "", "é")
NAMES = (*REPEATABLE, *SINGLE, *OWN)
MOMENTS = (
    "2026-01-01", "2026-01-30T12:00:00Z", "2025-06-01T00:00:00.123456Z", "0001-01-01", "9999-12-31",
    "1900-01-01", "2199-12-31T23:59:59Z", "2026-02-30", "2026-01-01T00:00:00-23:59", "now", "1e308",
)  # fmt: skip
VALUES: dict[str, tuple[str, ...]] = {
    "sector": ("TCA", "RGV", "SDC", "GONE-1", "none"),
    "county": ("Pima", "Cochise", "GONE-2", "none"),
    "kind": (*KINDS, "dragon"),
    "source": ("iom_mmp", "demo", "demo_patrol", "gone_feed"),
    "records": ("real", "synthetic", "both"),
    "area": (
        "-111 31,-110 31,-110 32", "-111 31,-110 32,-110 31,-111 32", "0 0,0 0,0 0", "nan nan",
        "-200 31,-110 31,-110 32", ",".join(["-111.0 31.0"] * 120),
    ),
    "ahead": ("week-1", "day-4", "week-9", "year-1"),
    "whatif": (
        "off:TCA-TWR-001", "off:GONE-3", "raise:TCA-TWR-001@60", "move:TCA-TWR-001@-111,31.6",
        "add:N@-111,31.6,20,9000", "add:N@-111,31.6,20,300000", "add:N@-111,31.6,20,9000,10,90",
        "add:N@nan,31,1,1", "move:TCA-TWR-001@180,85", "off:", "raise:@3", "add:<b>@-110,31,5,500",
        "explode:N",
    ),
    "window": (*PRESETS, "5 weeks"),
    "map": ("31,-110,8", "95,0,3", "nan,nan,nan", "31,-110", "1e400,0,1"),
    "layers": (
        "events*1", "segments*0.5,events*1", "gone*1", "up-gone*0.3,events*1", "events*nan",
        "events*9", "changes*1,impacts*1,risk*1", ",,", "coverage*1,surface*1,hotspots*1",
    ),
    "measure": ("risk", "coverage", "beauty", "risk,beauty"),
    "theme": ("day", "night", "auto", "neon"),
    "scenes": ("aaaaaaaaaa", "aaaaaaaaaa,bbbbbbbbbb", "../../etc"),
    "seconds": ("30", "0", "1e9", "9" * 400),
}  # fmt: skip
JUNK = (
    "", " ", "\x00", "\ud800", "\u202e", "a" * 5_000, "9" * 400, "-1", "NaN", "Infinity", "1e400",
    "' OR 1=1 --", "<script>alert(1)</script>", "../../../../etc/passwd", "%00", "{}", "[]", "\n",
)  # fmt: skip


def draw_pairs(random: Random) -> list[tuple[str, str]]:
    """Return the parts of an address; about half of the values can be read."""
    return [_draw_pair(random) for _ in range(random.choice((0, 1, 1, 2, 3, 5, 9, 40)))]


def _draw_pair(random: Random) -> tuple[str, str]:
    name = random.choice(NAMES if random.random() < 0.9 else BESIDE)
    moments = MOMENTS if name in ("from", "to", "known_at", "since") else ()
    values = VALUES.get(name, moments) or JUNK
    return name, random.choice(values if random.random() < 0.8 else JUNK)
