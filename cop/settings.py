"""Every setting, one class per concern, read from the environment with the prefix COP_."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cop.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
REGIONS = ROOT / "data" / "regions"
DEFAULT_REGION = "sw_border"


class StoreSettings(BaseSettings):
    """Where the warehouse lies and how much of the machine it may use."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    region: str | None = Field(
        default=None, description="without it the warehouse's own, or sw_border in one to be made"
    )
    data: Path = Field(default_factory=lambda given: _warehouse_of(given.get("region")))
    memory_mb: int = Field(default=4096, ge=256)
    threads: int = Field(default=2, ge=1)
    free_mb: int = Field(default=1024, ge=0, description="less free space is a finding of doctor")

    @field_validator("region")
    @classmethod
    def _declared(cls, value: str | None) -> str | None:
        known = sorted(path.stem for path in REGIONS.glob("*.yaml"))
        if value is None or value in known:
            return value
        raise SettingsError(
            f"no region named {value!r} in {REGIONS}: use one of {', '.join(known)}"
        )


class WebSettings(BaseSettings):
    """Where the server listens and how much it keeps ready."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    tile_cache_mb: int = Field(default=256, ge=1)
    poll_seconds: float = Field(default=2.0, gt=0)
    compact_seconds: float = Field(
        default=60.0, ge=0, description="how often months of many files are looked for; 0 is never"
    )
    basemap: Path | None = Field(default=None, description="a PMTiles file for the background")
    feeds: Path | None = Field(default=None, description="a YAML file of who may post events")
    feed_mb: float = Field(default=8, gt=0, description="the most that one batch may weigh")

    @field_validator("host")
    @classmethod
    def _loopback_only(cls, value: str) -> str:
        if value == "localhost" or _is_loopback(value):
            return value
        raise SettingsError(
            f"host {value!r}: refused. There is no sign-in yet, so anyone on that network could "
            "read the picture; use 127.0.0.1 and an authenticated tunnel"
        )


class BenchSettings(BaseSettings):
    """What the bench needs beside the store."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    bench_pg: str | None = Field(
        default=None, description="address of a PostgreSQL database with PostGIS that joins in"
    )


class KeepSettings(BaseSettings):
    """Which versions retention keeps; what either rule keeps is kept."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    keep_days: int | None = Field(default=None, ge=0, le=36_500)
    keep_versions: int | None = Field(default=None, ge=1)


def _warehouse_of(region: str | None) -> Path:
    """Each region has a folder of its own, as one warehouse holds one region."""
    own = "" if region in {None, DEFAULT_REGION} else f"-{region}"
    return ROOT / "data" / f"warehouse{own}"


def _is_loopback(value: str) -> bool:
    try:
        return ip_address(value).is_loopback
    except ValueError:
        return False
