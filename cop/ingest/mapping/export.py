"""A saved mapping as YAML: whole, to carry it elsewhere, or as a profile where one can read it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from cop.errors import MappingError, ProfileError
from cop.ingest.mapping.load import build_mapped_profile
from cop.ingest.profile import build_profile
from cop.model.mapping import PlainFormat, SavedMapping
from cop.model.moment import utc_now
from cop.model.upload import Inspection

Reader = Literal["csv", "geojson", "shapefile"]
_CLOCKS = ("", " %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M:%S%z", "T%H:%M%z")
_ISO_DATES = ("%Y-%m-%d", "%Y/%m/%d")
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")
_READERS: dict[str, Reader] = {"csv": "csv", "geojson": "geojson", "shapefile": "shapefile"}
_POSITION = (("longitude", "latitude"), ("easting", "northing"))
_WIDTH = 100


def describe_written(
    seen: Inspection, *, roles: Mapping[str, str], day_first: bool | None
) -> PlainFormat:
    """Say how a file is written, as far as its first cells tell."""
    held = {column.name: column for column in seen.columns}
    time = next((name for name, role in roles.items() if role == "time"), None)
    placing = [name for name, role in roles.items() if role not in ("time", "id")]
    numbers = ("BIGINT", "DOUBLE")
    plain = len(placing) == len(_POSITION[0]) and all(
        name in held and held[name].kind in numbers for name in placing
    )
    shaped = seen.kind != "table"
    return PlainFormat(
        reader=_READERS.get(seen.format) if seen.encoding in (None, "utf-8") else None,
        time_format=None if time is None else find_format(held[time].examples, day_first=day_first),
        plain=plain or (shaped and not placing),
    )


def find_format(examples: Iterable[str], *, day_first: bool | None) -> str | None:
    """Give the one strptime format that all of the texts have; None where there is none."""
    texts = [text.strip() for text in examples]
    dates = [*_ISO_DATES]
    if day_first is not None:
        dates += _DAY_FIRST if day_first else _MONTH_FIRST
    fitting = [date + clock for date in dates for clock in _CLOCKS if _fits(texts, date + clock)]
    return fitting[0] if texts and len(fitting) == 1 else None


def _fits(texts: list[str], written: str) -> bool:
    with suppress(ValueError):
        for text in texts:
            datetime.strptime(text, written)
        return True
    return False


def export_mapping(mapping: SavedMapping) -> str:
    """Write the whole of a mapping as YAML that ``import_mapping`` reads."""
    said = mapping.model_dump(
        mode="json", exclude={"author", "saved_at"}, exclude_none=True, exclude_defaults=True
    )
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=_WIDTH)


def import_mapping(text: str, *, file: str, author: str) -> SavedMapping:
    """Read a mapping that was exported; MappingError says what is wrong with it."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise MappingError(f"{file}: not a mapping in YAML: {fault}") from fault
    if not isinstance(said, dict):
        raise MappingError(f"{file}: not a mapping in YAML; `cop mapping export` writes one")
    return make_mapping({**said, "author": author, "saved_at": utc_now()}, file=file)


def make_mapping(said: dict[str, Any], *, file: str) -> SavedMapping:
    """Make a mapping whose profile holds; MappingError says what is wrong with it."""
    try:
        mapping = SavedMapping.model_validate(said)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "mapping"
        raise MappingError(
            f"{file}: {where}: {str(first['input'])[:60]!r}: "
            f"{first['msg'].removeprefix('Value error, ')}"
        ) from fault
    build_mapped_profile(mapping.name, mapping.declared)
    return mapping


def export_profile(mapping: SavedMapping) -> str:
    """Write a mapping as a profile of docs/add-a-source.md.

    MappingError where no profile can read such a file, with the reason.
    """
    said = dict(mapping.declared)
    columns = dict(said.get("columns") or {})
    reader = mapping.written.reader
    if reader is None:
        raise _no_profile(mapping, "such files are neither CSV in UTF-8, GeoJSON nor Shapefile")
    if mapping.kind != "statistics":
        _place(mapping, reader, columns)
    said |= {"reader": reader, "columns": columns, "time": _time_of(mapping, columns)}
    order = ("kind", "source", "reader", "crs", "columns", "maps", "values", "time")
    if mapping.choices.crs not in (None, "EPSG:4326"):
        said["crs"] = mapping.choices.crs
    shown = {name: said[name] for name in order if said.get(name)}
    shown |= {name: value for name, value in said.items() if name not in shown and value}
    try:
        build_profile(mapping.name, shown)
    except ProfileError as fault:
        raise _no_profile(mapping, str(fault).partition(": ")[2]) from fault
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _place(mapping: SavedMapping, reader: str, columns: dict[str, str]) -> None:
    by_role = {role: name for name, role in (mapping.choices.roles or {}).items()}
    if not mapping.written.plain or mapping.choices.swap_axes:
        raise _no_profile(mapping, "its position is not numbers in two columns, nor exchanged")
    if reader != "csv":
        return
    for x, y in _POSITION:
        if x in by_role and y in by_role:
            columns |= {"lon": by_role[x], "lat": by_role[y]}


def _time_of(mapping: SavedMapping, columns: dict[str, str]) -> dict[str, Any]:
    rule = dict(mapping.declared.get("time") or {})
    if "format" in rule or "fiscal_year_start" in rule:
        return rule
    time = next((n for n, role in (mapping.choices.roles or {}).items() if role == "time"), None)
    if time is None and mapping.kind == "sensors":
        return {"format": "%Y-%m-%d", **rule}
    if time is None or mapping.written.time_format is None:
        raise _no_profile(mapping, "its times are in no single format of strptime")
    field = {"events": "occurred_at", "statistics": "period_start"}.get(mapping.kind)
    if field is not None:
        columns.setdefault(field, time)
    for name, column in columns.items():
        if column == "(time)":
            columns[name] = time
    return {"format": mapping.written.time_format, "zone": mapping.choices.time_zone, **rule}


def _no_profile(mapping: SavedMapping, why: str) -> MappingError:
    return MappingError(
        f"mapping {mapping.name!r}: no profile can say it: {why}; load such files by "
        f"`cop ingest {mapping.kind} FILE --mapping {mapping.name!r}`"
    )
