"""Reads region declarations, one YAML file each in data/regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import yaml
from pydantic import ValidationError

from cop.errors import RegionError
from cop.model.region import Region
from cop.resource import package_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def region_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of the declared regions, sorted."""
    folder = folder or package_path("data", "regions")
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def read_region(name: str, folder: Path | None = None) -> Region:
    """The region declared in folder/NAME.yaml; RegionError where it is missing or malformed."""
    folder = folder or package_path("data", "regions")
    if name not in region_names(folder):
        known = ", ".join(region_names(folder)) or "none"
        raise RegionError(f"no region named {name!r} in {folder}: use one of {known}")
    path = folder / f"{name}.yaml"
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise RegionError(f"{path}: cannot be read as YAML: {fault}") from fault
    if not isinstance(declared, dict):
        raise RegionError(f"{path}: is a {type(declared).__name__}, must be a mapping of keys")
    if declared.get("name") != name:
        raise RegionError(f"{path}: name is {declared.get('name')!r}, must be {name!r}")
    return build_region(declared, where=str(path))


def build_region(declared: Mapping[str, Any], *, where: str = "region") -> Region:
    """The region of a mapping; RegionError names ``where``, the key, the value and the fault."""
    try:
        region = Region.model_validate(declared)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "region"
        value = "" if not first["loc"] else f" (value {first['input']!r:.80})"
        raise RegionError(f"{where}: {key}: {first['msg']}{value}: correct it there") from fault
    known = available_timezones()
    for sector in region.sectors:
        if sector.time_zone not in known:
            raise RegionError(
                f"{where}: sector {sector.code}: {sector.time_zone!r} is not an IANA time zone"
            )
    return region
