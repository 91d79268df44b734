"""Every setting, one class per concern, read from the environment with the prefix COP_."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from cop.errors import SettingsError
from cop.resource import package_path

_WAYS_IN = "set --room-key-file FILE (docs/room.md) or --sign-in local (docs/access.md)"
DEFAULT_REGION = "sw_border"
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII | re.IGNORECASE)


class StoreSettings(BaseSettings):
    """Where the warehouse is, and how much of the machine it may use."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    region: str | None = Field(
        default=None, description="default: that of the warehouse, or sw_border for a new one"
    )
    data: Path = Field(default_factory=lambda values: _warehouse_of(values.get("region")))
    database: str | None = Field(
        default=None,
        description="address of the PostgreSQL database with catalogue, room and audit record; "
        "default: SQLite files in the warehouse (docs/cluster.md)",
    )
    serving_folder: Path | None = Field(
        default=None,
        description="folder of this machine for serving copies; default: below the warehouse",
    )
    memory_mb: int = Field(default=4096, ge=256)
    threads: int = Field(default=1, ge=1, description="what one query may use")
    free_mb: int = Field(default=1024, ge=0, description="doctor reports less free space")
    publish_gap_days: int = Field(
        default=366, ge=0, description="a publish later than this is asked about; 0 is no limit"
    )
    accept_clock: bool = Field(default=False, description="publish whatever the clock says")
    impact: Path = Field(
        default_factory=lambda: package_path("data", "impact.yaml"),
        description="rules of impact levels (docs/impact.md)",
    )

    @field_validator("region")
    @classmethod
    def _declared(cls, value: str | None) -> str | None:
        folder = package_path("data", "regions")
        known = sorted(path.stem for path in folder.glob("*.yaml"))
        if value is None or value in known:
            return value
        raise SettingsError(f"no region named {value!r} in {folder}: use one of {', '.join(known)}")

    def of_files(self, folder: Path) -> Self:
        """Return the same for a warehouse of a folder's own, with files: a database has but one."""
        own = {"data": folder, "database": None, "serving_folder": None}
        return self.model_copy(update=own)

    @field_validator("database")
    @classmethod
    def _addressed(cls, value: str | None) -> str | None:
        return None if value is None else check_address(value)


class AccessSettings(BaseSettings):
    """Who may do what, and how long a session lasts (docs/access.md)."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    access: Path = Field(
        default_factory=lambda: package_path("data", "access.yaml"),
        description="policy file: agencies, roles and what they may do",
    )
    session_idle_minutes: int = Field(
        default=60, ge=5, le=720, description="a session that is not used for so long ends"
    )
    session_hours: int = Field(default=12, ge=1, le=24, description="every session ends then")


class OidcSettings(BaseSettings):
    """The OpenID Connect provider that people sign in with (docs/access.md)."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    oidc_issuer: str | None = Field(default=None, description="address of the provider")
    oidc_client_id: str | None = Field(default=None, description="this server's id there")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="file with the client's secret (chmod 600)"
    )
    oidc_groups_claim: str = Field(
        default="groups", min_length=1, description="claim with the groups, dotted if within one"
    )
    oidc_scopes: str = Field(default="openid profile email", description="scopes asked for")
    oidc_refresh_seconds: float = Field(
        default=45, ge=1, description="how often the provider is asked whether a session goes on"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        stated = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret_file)
        if any(stated) and not all(stated):
            raise SettingsError(
                "COP_OIDC_ISSUER, COP_OIDC_CLIENT_ID and COP_OIDC_CLIENT_SECRET_FILE belong "
                "together: set all of them (docs/access.md)"
            )
        if self.oidc_issuer is not None and not self.oidc_issuer.startswith("https://"):
            parts = urlsplit(self.oidc_issuer)
            if parts.scheme != "http" or not is_local(parts.hostname or ""):
                raise SettingsError(
                    f"COP_OIDC_ISSUER={self.oidc_issuer!r}: use an address that begins with "
                    "https://"
                )
        return self


class WebSettings(BaseSettings):
    """Where the server listens and how much it caches."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    room_key_file: Path | None = Field(
        default=None, description="room key file; every request then needs the key (docs/room.md)"
    )
    sign_in: Annotated[tuple[Literal["local", "oidc", "certificate"], ...], NoDecode] = Field(
        default=(),
        description="ways to sign in, separated by commas: local, oidc, certificate",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="addresses whose word on certificates counts, separated by commas"
    )
    secure_cookie: bool = Field(
        default=False, description="cookies for TLS alone, whatever a proxy tells of the scheme"
    )
    person_requests: float = Field(
        default=200, ge=1, description="requests a second of each person, ten times as many at once"
    )
    names: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="further host names of this machine, separated by commas"
    )
    tile_cache_mb: int = Field(default=256, ge=1)
    poll_seconds: float = Field(default=2.0, gt=0)
    compact_seconds: float = Field(
        default=60.0, ge=0, description="interval of checks for months to compact; 0 is never"
    )
    serving_seconds: float = Field(
        default=2.0,
        ge=0,
        description="interval of checks for events to copy for serving; 0 is no copy",
    )
    alert_seconds: float = Field(
        default=10.0, ge=0, description="interval of alert checks; 0 is never"
    )
    brief_seconds: float = Field(
        default=60.0, ge=0, description="interval of checks for daily briefs; 0 is never"
    )
    basemap: Path | None = Field(default=None, description="PMTiles file of the basemap")
    feeds: Path | None = Field(default=None, description="YAML file of event feeds")
    feed_mb: float = Field(default=8, gt=0, description="maximum size of a batch")
    package_mb: float = Field(
        default=4096, gt=0, description="maximum size of a package that a partner sends"
    )

    @field_validator("names", "sign_in", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _others_need_a_key(self) -> Self:
        for name in self.names:
            if not _HOST_NAME.fullmatch(name):
                raise SettingsError(
                    f"name {name!r}: not a host name; use one like table.example.org"
                )
        for proxy in self.trusted_proxies:
            if not _is_address(proxy):
                raise SettingsError(f"trusted proxy {proxy!r}: not an address")
        if "certificate" in self.sign_in and not self.trusted_proxies:
            raise SettingsError(
                "sign-in by certificate: name the proxy that checks certificates by "
                "COP_TRUSTED_PROXIES (docs/access.md)"
            )
        if self.room_key_file is None and not self.sign_in:
            if not is_local(self.host):
                raise SettingsError(
                    f"host {self.host!r}: refused without a room key or sign-in, as anyone on that "
                    f"network could read the data; {_WAYS_IN}, or use 127.0.0.1"
                )
            if self.names:
                raise SettingsError(
                    f"name {self.names[0]!r}: refused without a room key or sign-in, as only this "
                    f"machine is answered; {_WAYS_IN}"
                )
        elif not (_is_address(self.host) or _HOST_NAME.fullmatch(self.host)):
            raise SettingsError(f"host {self.host!r}: not an address; use one, or 0.0.0.0 for all")
        return self


class TakSettings(BaseSettings):
    """The TAK server that records go to and come from (docs/tak.md)."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    tak_address: str | None = Field(default=None, description="tls://HOST:PORT of the TAK server")
    tak_certificate: Path | None = Field(
        default=None, description="PEM file with this server's certificate for it"
    )
    tak_key: Path | None = Field(
        default=None, description="PEM file with the key of that certificate (chmod 600)"
    )
    tak_authority: Path | None = Field(
        default=None, description="PEM file with the authority of the TAK server's certificate"
    )
    tak_file: Path | None = Field(
        default=None, description="YAML file: what the TAK server is given and takes"
    )
    tak_types: Path = Field(
        default_factory=lambda: package_path("data", "tak.yaml"),
        description="YAML file: kinds of records as types of Cursor-on-Target",
    )
    tak_seconds: float = Field(
        default=2, gt=0, le=60, description="how often is looked for what changed"
    )

    @field_validator("tak_address")
    @classmethod
    def _is_tls(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme != "tls" or not parts.hostname or not port or parts.path or parts.query:
            raise SettingsError(f"COP_TAK_ADDRESS={value!r}: write tls://HOST:PORT")
        return value


class WallSettings(BaseSettings):
    """The display of the Wall page: it sets the type size."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    wall_inches: float = Field(default=55, ge=5, le=1_000, description="the display's diagonal")
    wall_metres: float = Field(default=6, ge=0.3, le=100, description="to the farthest seat")


class MapSettings(BaseSettings):
    """How the map of every page is operated."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    map_wheel: Literal["focus", "always"] = Field(
        default="focus", description="when the wheel zooms: once the map is clicked, or always"
    )


class UploadSettings(BaseSettings):
    """Limits of uploaded files, and the sandbox that reads them."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    upload_mb: int = Field(default=1024, ge=1, description="maximum size of a file")
    upload_session_mb: int = Field(
        default=1_536, ge=1, description="of files that wait in one session, at least one file"
    )
    upload_waiting_mb: int = Field(
        default=4_096, ge=1, description="of files that wait in all sessions, at least one file"
    )
    upload_unpacked_mb: int = Field(
        default=2048, ge=1, description="maximum unpacked size of an archive"
    )
    upload_entries: int = Field(default=2_000, ge=1, description="files in an archive")
    upload_ratio: int = Field(default=200, ge=2, description="unpacked size over packed size")
    upload_rows: int = Field(default=20_000_000, ge=1)
    upload_columns: int = Field(default=1_000, ge=1, le=5_000)
    upload_pixels: int = Field(default=500_000_000, ge=1, description="of a raster")
    upload_memory_mb: int = Field(default=1_536, ge=256, description="of the sandbox")
    upload_seconds: int = Field(default=600, ge=1, description="elapsed time per file")
    upload_cpu_seconds: int = Field(default=120, ge=1, description="CPU time per file")
    upload_readers: int = Field(default=2, ge=1, description="files of uploads read at once")
    upload_repair_vertices: int = Field(
        default=100_000, ge=4, description="of a shape that crosses itself"
    )
    upload_repair_seconds: int = Field(
        default=20, ge=1, description="CPU time per file to repair shapes"
    )
    upload_output_mb: int = Field(
        default=2048, ge=1, description="maximum size of a converted file"
    )
    upload_seal: Literal["auto", "bubblewrap", "limits"] = "auto"
    upload_far_km: float = Field(
        default=100.0, ge=0, description="distance from the area at which a layer warns"
    )
    upload_person_drafts: int = Field(default=20, ge=1, description="drafts per person")
    upload_person_layers: int = Field(
        default=200, ge=1, description="layers per person, with drafts"
    )
    upload_person_mb: int = Field(default=20_480, ge=1, description="total size per person")


class SourceSettings(BaseSettings):
    """Other servers that features are read from, and how much (docs/add-a-source.md)."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    source_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="hosts that are read from, or host:port, separated by commas"
    )
    source_mb: int = Field(default=1024, ge=1, description="of all answers of one load")
    source_seconds: int = Field(default=600, ge=1, description="elapsed time of one load")

    @field_validator("source_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.lower().replace(",", " ").split() if isinstance(value, str) else value


class ExportSettings(BaseSettings):
    """How hand-outs are made."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    paper: Literal["letter", "a4"] = Field(default="letter", description="of a printed hand-out")


class CoverageSettings(BaseSettings):
    """How plans of patrols are made."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    patrol_random_share: float = Field(
        default=0.2, ge=0, lt=1, description="of each shift, the time for random checks"
    )


class ExchangeSettings(BaseSettings):
    """How the servers of partners are reached (docs/partners.md)."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    exchange_authority: Path | None = Field(
        default=None, description="file of the authorities that sign partners' TLS certificates"
    )
    package_mb: float = Field(default=4096, gt=0, description="maximum size of a fetched package")


class BenchSettings(BaseSettings):
    """What the bench needs beside the store."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    bench_pg: str | None = Field(
        default=None, description="address of a PostgreSQL database with PostGIS, as a peer"
    )
    bench_tipg: str | None = Field(
        default=None, description="address of a tipg that serves that database, as a peer"
    )


class RetentionSettings(BaseSettings):
    """The versions that retention keeps: those that either rule keeps."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    keep_days: int | None = Field(default=None, ge=0, le=36_500)
    keep_versions: int | None = Field(default=None, ge=1)


class AuditSettings(BaseSettings):
    """Retention of entries of the audit record."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    audit_keep_days: int | None = Field(
        default=None, ge=1, le=36_500, description="what `cop audit prune` keeps"
    )


def _warehouse_of(region: str | None) -> Path:
    """Return the folder of a region, below the current one: one warehouse has one region."""
    own = "" if region in {None, DEFAULT_REGION} else f"-{region}"
    return Path.cwd() / "data" / f"warehouse{own}"


def check_address(database: str) -> str:
    """Return the address of a PostgreSQL database; raise SettingsError if it has a password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        stated = {name for name, value in conninfo_to_dict(database).items() if value}
    except ProgrammingError:
        # Neither the value nor the fault is named: there may be a password in it.
        stated = set()
    if not stated:
        raise SettingsError(
            "COP_DATABASE is no address of a PostgreSQL database: use "
            "'host=… port=… dbname=… user=…' or postgresql://USER@HOST:PORT/NAME (docs/cluster.md)"
        )
    if stated & {"password", "sslpassword"}:
        raise SettingsError(
            "COP_DATABASE has a password, which messages and logs would show: put it into a "
            "passfile (passfile=FILE in the address, or PGPASSFILE; docs/cluster.md)"
        )
    return database


def is_local(host: str) -> bool:
    """Return whether only this machine reaches an address to listen on."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(value: str) -> bool:
    try:
        return bool(ip_address(value))
    except ValueError:
        return False
