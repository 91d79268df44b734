"""The files that say what a TAK server is given and takes, read and checked against the policy."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cop.access.policy import Policy
from cop.errors import SettingsError
from cop.model.marking import MARKINGS
from cop.model.release import Release
from cop.model.tak import TakServer, TakTypes

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class TakDeclaration:
    """A TAK server as it is declared, what it may read, and the types; ``host`` is our agency."""

    server: TakServer
    types: TakTypes
    release: Release
    host: str

    @property
    def prefix(self) -> str:
        """What the uid of each of our own messages begins with."""
        return f"cop.{self.host}."


def read_declaration(path: Path, types: Path, policy: Policy) -> TakDeclaration:
    """Read a declaration and the types; SettingsError names the file, the place and the remedy."""
    server = _read(path, TakServer)
    if server.agency == policy.host:
        raise SettingsError(
            f"{path}: agency {server.agency} is this server's own: a TAK server needs a code of "
            "its own, as what it gets goes to all who are connected to it"
        )
    if server.agency not in policy.agencies:
        raise SettingsError(
            f"{path}: agency {server.agency} is not in the policy (it has "
            f"{', '.join(sorted(policy.agencies))}): add it there first (docs/access.md)"
        )
    own = policy.agency_release(server.agency, highest=server.rules.highest)
    release = replace(
        own,
        names_withheld=False,
        smallest_count=max(own.smallest_count, server.rules.smallest_count),
    )
    if server.gives("alerts") and own not in policy.list_releases(()):
        usual = policy.agency_release(server.agency)
        raise SettingsError(
            f"{path}: alerts are found for what people of {server.agency} may read, up to "
            f"{usual.highest}, not for {own.highest}: state the same as rules.highest and as "
            f"highest of {server.agency} in the policy"
        )
    return TakDeclaration(
        server=server, types=_read(types, TakTypes), release=release, host=policy.host
    )


def describe_declaration(declared: TakDeclaration) -> dict[str, object]:
    """Return what is given and taken, for the audit record."""
    server = declared.server
    stated: dict[str, object] = {
        "gives": "nothing" if server.out is None else ", ".join(server.out.parts),
        "takes": "nothing" if server.into is None else f"reports as {server.into.marking}",
        "exercise": server.exercise,
    }
    if server.into is not None and server.into.units:
        named = "" if server.into.units is True else ", without callsigns"
        stated["units"] = f"shown live, not stored{named}"
    if server.out is not None:
        rules = server.rules.model_dump(mode="json", exclude={"parts"})
        stated["rules"] = rules | {
            "highest": min(server.rules.highest, declared.release.highest, key=MARKINGS.index),
            "smallest_count": declared.release.smallest_count,
        }
    return stated


def _read(path: Path, model: type[M]) -> M:
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate(stated)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        stated = " ".join(str(fault).split())[:200]
        raise SettingsError(f"{path}: cannot be read: {stated}; see docs/tak.md") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise SettingsError(
            f"{path}: {where}: {str(first['input'])[:80]!r}: {first['msg']}; see docs/tak.md"
        ) from fault
