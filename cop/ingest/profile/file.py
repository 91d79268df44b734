"""Reading profiles: those that are shipped, by name, and others by the path of their file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    Field,
    TypeAdapter,
    ValidationError,
)

from cop.errors import ProfileError
from cop.ingest.profile.kind import Profile, TableProfile
from cop.ingest.source.registry import READABLE
from cop.model.mapping import (
    UPLOAD,
    restore_declared,
)
from cop.resource import package_path

_YAML = (".yaml", ".yml")
_ANY: TypeAdapter[Profile] = TypeAdapter(Annotated[Profile, Field(discriminator="kind")])


def _shipped() -> Path:
    return package_path("data", "profiles")


def profile_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the profiles."""
    return tuple(sorted(path.stem for path in (folder or _shipped()).glob("*.yaml")))


def build_profile(name: str, declared: Mapping[str, Any]) -> Profile:
    """Build a profile of a declaration; raise ProfileError naming what is wrong with it."""
    try:
        return _ANY.validate_python({"name": name, **declared})
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"][1:])) or "profile"
        raise ProfileError(f"{name}.yaml: {where}: {first['msg']}") from fault


def read_profile(name: str, folder: Path | None = None) -> Profile:
    """Read a profile by name; raise ProfileError naming what is wrong with it."""
    known = profile_names(folder)
    if name not in known:
        raise ProfileError(f"profile {name!r} does not exist; there are: {', '.join(known)}")
    return _read_file((folder or _shipped()) / f"{name}.yaml")


def find_profile(name: str) -> Profile:
    """Read a profile by its name or, where it is one, by the path of its YAML file."""
    path = Path(name)
    return _read_file(path) if path.suffix in _YAML and path.is_file() else read_profile(name)


def need_strict_reader(profile: TableProfile) -> None:
    """Raise ProfileError where a profile's files are read in the sandbox, not by its format."""
    if profile.reader == UPLOAD:
        raise ProfileError(
            f"profile {profile.name}: its reader is {UPLOAD}; name the format of its files "
            f"({', '.join(READABLE)})"
        )


def _read_file(path: Path) -> Profile:
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ProfileError(f"{path.name}: not a mapping in YAML: {fault}") from fault
    if not isinstance(declared, Mapping):
        raise ProfileError(f"{path.name}: not a mapping in YAML")
    return build_profile(path.stem, restore_declared(declared))
