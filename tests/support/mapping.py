"""Files and mappings of a made-up county, for tests of mapping columns."""

from typing import Any

HEADER = "case,when,grid,what,people,phone"
PLACES = [
    ("R-1", "021430ZMAR26", "12RWV2345678901", "heat", "3"),
    ("R-2", "022305ZMAR26", "12RWV2545678901", "injury", "1"),
    ("R-3", "050915ZMAR26", "12RWV2745678901", "heat", "6"),
    ("R-4", "061840ZMAR26", "12RWV2945678901", "heat", "2"),
    *(
        (f"R-{n}", f"{n:02}0600ZMAR26", f"12RWV{23 + 2 * n}45678901", "heat", "1")
        for n in range(10, 24)
    ),
]
BROKEN = [
    ("R-7", "071015ZMAR26", "nowhere", "heat", "2"),
    ("R-8", "=1+1", "12RWV2345678901", "heat", "2"),
    ("R-9", "081015ZMAR26", "12RWV2345678901", "flood", "2"),
]
"""A place and a time that are none, and a word that no kind stands for."""


def rescues(*rows: tuple[str, ...]) -> str:
    """Write rows as the county does, with telephone numbers of persons."""
    lines = [f"{','.join(row)},+1 520 555 01{n:02}" for n, row in enumerate(rows)]
    return "\n".join([HEADER, *lines, ""])


MAPPING: dict[str, Any] = {
    "name": "county rescues",
    "columns": HEADER.split(","),
    "choices": {"roles": {"grid": "position", "when": "time"}},
    "declared": {
        "kind": "events",
        "source": {
            "id": "county_rescues",
            "title": "Rescues of the county",
            "publisher": "County sheriff's office",
            "terms": "for the partners at the table",
            "marking": "TLP:GREEN",
        },
        "columns": {"source_id": "case", "kind": "what", "count": "people"},
        "maps": {"kind": {"heat": "rescue", "injury": "rescue"}},
        "values": {"unit": "people", "detection": "public-report", "confidence": "high"},
        "time": {"precision": "minute"},
        "attributes": ["what"],
    },
}
