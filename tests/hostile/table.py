"""Hostile tables: wrong encodings, formulas, script, places and dates that are none."""

from cop.model.upload import Choices
from tests.hostile.case import Case, raw, text

_PLACES = "\n31.5,-110.5\n31.6,-110.6\n"


def csv(header: str, *rows: str) -> str:
    """Give a CSV."""
    return "\n".join([header, *rows]) + "\n"


_WIDE = ",".join(f"c{i}" for i in range(100_000))

CASES = (
    Case(name="empty.csv", make=raw(b""), refused="the file is empty"),
    Case(name="header.csv", make=text("lat,lon\n"), refused="holds no row"),
    Case(name="blank.csv", make=text("\n\n\n"), refused="no header row"),
    Case(name="wide.csv", make=text(f"{_WIDE}\n{_WIDE}\n"), refused="100000 columns; at most 1000"),
    Case(
        name="quote.csv", make=text('lat,lon\n31,"' + "x" * 9_000_000), refused="not a readable CSV"
    ),
    Case(name="wide-header.csv", make=text("x" * 3_000_000), refused="header cannot be read"),
    Case(
        name="latin.csv",
        make=raw(b"lat,lon,name\n31,-110,Nogal\xe9s\n"),
        flagged=("encoding_guessed",),
        kept=1,
    ),
    Case(
        name="wide-text.csv",
        make=text("lat,lon" + _PLACES, "utf-16-le"),
        refused="NUL bytes",
    ),
    Case(name="wide-marked.csv", make=text("\ufefflat,lon" + _PLACES, "utf-16-le"), kept=2),
    Case(
        name="nul.csv",
        make=text("lat,lon,name,note,more\n" + "31,-110,a\0b,some text here,and more of it\n" * 9),
        flagged=("control_characters",),
        kept=9,
    ),
    Case(
        name="formula.csv",
        make=text(
            csv(
                "lat,lon,note",
                '31,-110,"=HYPERLINK(""ADDRESS"")"',
                "=1+1,-110,@SUM(A1)",
                "31,-110,+cmd|' /C calc'!A0",
            )
        ),
        flagged=("formula_cells", "position_unreadable"),
        kept=2,
    ),
    Case(
        name="script.csv",
        make=text(csv("lat,lon,<script>alert(1)</script>", "31,-110,<img src=x onerror=alert(1)>")),
        flagged=("markup_text",),
        kept=1,
    ),
    Case(
        name="sql.csv", make=text(csv('lat,lon,"x""; DROP TABLE a; --"', "31,-110,1'); --")), kept=1
    ),
    Case(name="<img src=x onerror=alert(1)>.csv", make=text("lat,lon" + _PLACES), kept=2),
    Case(name="../../../etc/cron.d/a.csv", make=text("lat,lon" + _PLACES), kept=2),
    Case(
        name="ragged.csv",
        make=text(csv("lat,lon,n", "31,-110,1", "31,-110", "31,-110,1,2", "32,-111,3")),
        flagged=("rows_refused",),
        kept=2,
    ),
    Case(
        name="swapped.csv",
        make=text("latitude,longitude\n-110.5,31.5\n-110.6,31.6\n"),
        flagged=("axes_swapped",),
        asked=True,
    ),
    Case(
        name="unswapped.csv",
        make=text("latitude,longitude\n-110.5,31.5\n-110.6,31.6\n"),
        choices=Choices(swap_axes=True),
        kept=2,
    ),
    Case(
        name="mercator.csv",
        make=text("lat,lon\n3694834.2,-12301803.5\n3694934.1,-12301903.2\n"),
        flagged=("crs_contradictory",),
        asked=True,
    ),
    Case(
        name="infinite.csv",
        make=text(csv("lat,lon", "1e308,-110", "31,-1e308", "inf,nan", "31,-110")),
        flagged=("out_of_bounds", "position_unreadable"),
        kept=1,
    ),
    Case(
        name="years.csv",
        make=text(
            csv("lat,lon,date", *(f"31,-110,{y}-01-01" for y in ("0000", "9999", "2026", "1970")))
        ),
        flagged=("dates_absurd",),
        kept=4,
    ),
    Case(
        name="days.csv",
        make=text(csv("lat,lon,date", "31,-110,03/04/2026", "31,-110,05/06/2026")),
        flagged=("day_order_ambiguous",),
        asked=True,
    ),
    Case(
        name="mixed-days.csv",
        make=text(csv("lat,lon,date", "31,-110,13/04/2026", "31,-110,05/16/2026")),
        flagged=("day_order_mixed",),
        asked=True,
    ),
    Case(
        name="persons.csv",
        make=text(csv("lat,lon,first_name,phone,n", "31,-110,Ann,520-555-0100,1")),
        flagged=("personal_data",),
        kept=1,
    ),
    Case(
        name="twice.csv",
        make=text(csv("id,lat,lon,a,A", "1,31,-110,x,y", "1,32,-110,x,y", "1-2,33,-110,x,y")),
        flagged=("duplicate_ids", "duplicate_columns"),
        kept=3,
    ),
    Case(name="none.xlsx", make=raw(b"PK\x03\x04junk"), refused="not a readable zip"),
    Case(name="program.csv", make=raw(b"\x7fELF" + bytes(4_000)), refused="NUL bytes"),
)
