"""Feeds: who may post events, and taking a batch of them by the feed's profile.

A batch is parsed in this process, not in the sandbox: its size is capped before it is read, and
Python's own JSON parser is the only code that sees its bytes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cop.errors import BatchError, CopError, InputFileError, SettingsError
from cop.ingest.profile.file import find_profile
from cop.ingest.profile.kind import EventProfile
from cop.ingest.sink.event import SINK
from cop.ingest.sink.load import IngestReport, load_rows
from cop.ingest.source.json import parse_json, with_fields
from cop.model.source import ROW
from cop.settings import StoreSettings

PROBLEMS_ANSWERED = 100


class Declared(BaseModel):
    """One feed as its file declares it; the token itself is not stored.

    ``profile`` is the name of one that is shipped, or a YAML file beside that of the feeds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    token_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    profile: str


class Feed(Declared):
    """A feed with its profile."""

    mapping: EventProfile


_FILE: TypeAdapter[dict[str, list[Declared]]] = TypeAdapter(dict[str, list[Declared]])


def read_feeds(path: Path) -> tuple[Feed, ...]:
    """Read the feeds of a YAML file: ``feeds:`` of name, token_sha256 and profile.

    Raise SettingsError naming the file, the feed and what to do.
    """
    try:
        content = _FILE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
        declared = content["feeds"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError) as fault:
        raise SettingsError(f"{path}: no feeds can be read: {fault}; see docs/live.md") from fault
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsError(f"{path}: {where}: {first['msg']}; see docs/live.md") from fault
    for what in ("name", "token_sha256"):
        values = [getattr(feed, what) for feed in declared]
        if len(set(values)) < len(values):
            raise SettingsError(
                f"{path}: two feeds have the same {what}; use a different one for each"
            )
    return tuple(_with_profile(path, feed) for feed in declared)


def find_feed(feeds: Sequence[Feed], token: str) -> Feed | None:
    """Return the feed of a token, comparing with each of them in constant time."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = [feed for feed in feeds if hmac.compare_digest(feed.token_sha256, digest)]
    return found[0] if found else None


def take_batch(settings: StoreSettings, feed: Feed, content: bytes) -> IngestReport:
    """Publish a batch of records, a JSON array or NDJSON, as one new version.

    Rows that the profile's checks refuse are stored with the reason, as of any file. Raises
    BatchError, and takes nothing, where the batch is no JSON, has a field of no meaning, or where
    its places or times are probably wrong.
    """
    file = f"feed {feed.name}"
    try:
        table = parse_json(content, file=file)
    except InputFileError as fault:
        raise BatchError(str(fault)) from fault
    fields = feed.mapping.file_columns
    unknown = [str(name) for name in table if name not in (*fields, ROW)]
    if unknown:
        raise BatchError(
            f"{file}: no field {unknown[0][:40]!r} in profile {feed.profile}; it has "
            f"{', '.join(fields)}"
        )
    try:
        return load_rows(
            settings,
            with_fields(table, fields),
            feed.mapping,
            SINK,
            file=file,
            shown=PROBLEMS_ANSWERED,
        )
    except InputFileError as fault:
        raise BatchError(str(fault)) from fault


def _with_profile(path: Path, declared: Declared) -> Feed:
    try:
        beside = path.parent / declared.profile
        profile = find_profile(str(beside) if beside.is_file() else declared.profile)
    except CopError as fault:
        raise SettingsError(f"{path}: feed {declared.name}: {fault}") from fault
    if not isinstance(profile, EventProfile) or profile.reader != "json":
        raise SettingsError(
            f"{path}: feed {declared.name}: profile {profile.name} is not of events by the reader "
            "json"
        )
    if "source_id" not in profile.columns:
        raise SettingsError(
            f"{path}: feed {declared.name}: profile {profile.name} maps no source_id; without one "
            "a batch that is sent again counts twice"
        )
    return Feed(**declared.model_dump(), mapping=profile)
