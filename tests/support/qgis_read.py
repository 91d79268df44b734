"""Counts the features of every collection of an OGC API by QGIS; run by Debian's own Python."""

import json
import sys
import urllib.request

from qgis.core import QgsApplication, QgsVectorLayer  # type: ignore[import-not-found]


def count(base: str, name: str) -> int:
    """Return how many features QGIS reads of a collection, a thousand a page; -1 for none such."""
    source = (
        f"url='{base}' typename='{name}' pagingEnabled='true' pageSize='1000' "
        "restrictToRequestBBOX='0'"
    )
    layer = QgsVectorLayer(source, name, "OAPIF")
    return sum(1 for _ in layer.getFeatures()) if layer.isValid() else -1


def main(base: str) -> None:
    """Write the counts by collection as JSON."""
    application = QgsApplication([], False)
    application.initQgis()
    with urllib.request.urlopen(f"{base}/collections") as answer:  # noqa: S310 of this machine
        names = [one["id"] for one in json.load(answer)["collections"]]
    sys.stdout.write(json.dumps({name: count(base, name) for name in names}))
    application.exitQgis()


if __name__ == "__main__":
    main(sys.argv[1])
