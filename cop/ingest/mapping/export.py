"""A saved mapping as YAML: the profile that it is, for another room or `cop ingest --profile`."""

from typing import Any

import yaml
from pydantic import ValidationError

from cop.errors import MappingError
from cop.ingest.mapping.load import build_mapped_profile
from cop.model.mapping import SavedMapping, restore_declared
from cop.model.moment import utc_now

_WIDTH = 100


def export_mapping(mapping: SavedMapping) -> str:
    """Render a mapping as a profile in YAML."""
    words = {"name": mapping.name, **mapping.declared}
    return yaml.safe_dump(words, sort_keys=False, allow_unicode=True, width=_WIDTH)


def import_mapping(text: str, *, file: str, author: str) -> SavedMapping:
    """Read an exported mapping; raise MappingError naming what is wrong with it."""
    try:
        stated = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise MappingError(f"{file}: not a mapping in YAML: {fault}") from fault
    if not isinstance(stated, dict):
        raise MappingError(f"{file}: not a mapping in YAML; `cop mapping export` writes one")
    declared = restore_declared(stated)
    name = declared.pop("name", None)
    words = {"name": name, "declared": declared, "author": author, "saved_at": utc_now()}
    return make_mapping(words, file=file)


def make_mapping(words: dict[str, Any], *, file: str) -> SavedMapping:
    """Build a mapping whose profile is valid; raise MappingError naming what is wrong with it."""
    if isinstance(words.get("declared"), dict):
        build_mapped_profile(str(words.get("name")), words["declared"])
    try:
        return SavedMapping.model_validate(words)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "mapping"
        raise MappingError(
            f"{file}: {where}: {str(first['input'])[:60]!r}: "
            f"{first['msg'].removeprefix('Value error, ')}"
        ) from fault
