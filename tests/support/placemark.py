"""KML written for a test: folders of placemarks with the styles that map, and some that do not."""

HERE = "-110.9,31.4"


def kml(*parts: str) -> str:
    """Return a document of these parts."""
    inner = "".join(parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>All</name>{inner}</Document></kml>"
    )


def folder(name: str, *placemarks: str) -> str:
    """Return a folder."""
    return f"<Folder><name>{name}</name>{''.join(placemarks)}</Folder>"


def placed(name: str, shape: str, style: str = "") -> str:
    """Return a placemark of a shape; ``style`` is its own or the address of one."""
    return f"<Placemark><name>{name}</name>{style}{shape}</Placemark>"


def point(name: str, at: str = HERE, style: str = "") -> str:
    """Return a placemark of a point."""
    return placed(name, f"<Point><coordinates>{at}</coordinates></Point>", style)


def line(name: str, style: str = "") -> str:
    """Return a placemark of a line."""
    at = f"{HERE} -110.2,31.5"
    return placed(name, f"<LineString><coordinates>{at}</coordinates></LineString>", style)


def area(name: str, style: str = "") -> str:
    """Return a placemark of an area."""
    ring = "-110.9,31.4 -110.4,31.4 -110.4,31.8 -110.9,31.4"
    return placed(
        name,
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>",
        style,
    )


def shared(name: str, inner: str) -> str:
    """Return a style that placemarks can name."""
    return f'<Style id="{name}">{inner}</Style>'


def url(name: str) -> str:
    """Return the address of a shared style."""
    return f"<styleUrl>#{name}</styleUrl>"


def drawn(kind: str, color: str, more: str = "") -> str:
    """Return a line's, an icon's or an area's part of a style; ``color`` is aabbggrr."""
    return f"<{kind}><color>{color}</color>{more}</{kind}>"


TRACK = (
    '<StyleMap id="track"><Pair><key>highlight</key><styleUrl>#main</styleUrl></Pair>'
    "<Pair><key>normal</key><styleUrl>#blue</styleUrl></Pair></StyleMap>"
)
GREEN = f"<Style>{drawn('IconStyle', 'ff00ff00', '<scale>1.5</scale>')}</Style>"
RED_OUTLINE = drawn("LineStyle", "ff0000ff", "<width>2</width>")
FOLDERS = kml(
    shared("main", drawn("LineStyle", "ff0000ff", "<width>4</width>")),
    shared("blue", drawn("LineStyle", "ffff0000", "<width>4</width>")),
    TRACK,
    folder("Roads", line("A", url("main")), line("B", url("track")), line("C", url("main"))),
    folder("Posts", point("P", style=GREEN), point("Q", "-110.8,31.5", GREEN), placed("R", "")),
    folder("Areas", area("S", f"<Style>{RED_OUTLINE}{drawn('PolyStyle', '7f00ff00')}</Style>")),
    folder("Nothing"),
)
"""Lines of two styles, points of one and a placemark without a place, an area, and no feature."""
