"""The place of a request for information: a position, a county of the region, or a drawn area."""

from cop.errors import PartnerError, RfiError
from cop.model.area import Area
from cop.model.coordinate import parse_position
from cop.model.giving import GivingRules
from cop.model.rfi import RfiPlace, build_rfi_part
from cop.query.service import QueryService
from cop.store.given.area import read_area


def find_place(
    service: QueryService,
    *,
    position: str = "",
    uncertainty_m: float | None = None,
    county: str = "",
    area: str = "",
) -> RfiPlace:
    """Return the one place that is stated; RfiError where there is none, or more than one.

    ``position`` is MGRS or degrees; it is as exact as it is written unless ``uncertainty_m`` says
    otherwise. ``area`` is ``lon lat,lon lat,...``.
    """
    stated = [text for text in (position.strip(), county, area) if text]
    if len(stated) != 1:
        raise RfiError(
            f"place: {len(stated)} are stated: state one, a position, a county or an area"
        )
    if area:
        return RfiPlace.of_area(Area.from_text(area))
    if county:
        return _find_county(service, county)
    found = parse_position(position)
    if found is None:
        raise RfiError(
            f"place: {position[:40]!r} is no position: write MGRS, or latitude, longitude"
        )
    exact = found.exact_m if uncertainty_m is None else uncertainty_m
    return build_rfi_part(RfiPlace, lon=found.lon, lat=found.lat, uncertainty_m=exact)


def _find_county(service: QueryService, county: str) -> RfiPlace:
    try:
        shape = read_area(service.snapshot.catalogue, GivingRules(counties=(county,)))
    except PartnerError as fault:
        raise RfiError(f"place: {fault}") from None
    if shape is None:
        raise RfiError(f"place: no county {county[:40]!r}")
    inside = shape.representative_point()
    return build_rfi_part(RfiPlace, lon=inside.x, lat=inside.y, county=county)
