"""Every setting, one class per concern, read from the environment with the prefix COP_."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cop.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


class StoreSettings(BaseSettings):
    """Where the warehouse lies and how much of the machine it may use."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    data: Path = ROOT / "data" / "warehouse"
    region: str = "sw_border"
    memory_mb: int = Field(default=4096, ge=256)
    threads: int = Field(default=2, ge=1)


class WebSettings(BaseSettings):
    """Where the server listens and how much it keeps ready."""

    model_config = SettingsConfigDict(env_prefix="COP_")

    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    tile_cache_mb: int = Field(default=256, ge=1)
    poll_seconds: float = Field(default=2.0, gt=0)

    @field_validator("host")
    @classmethod
    def _loopback_only(cls, value: str) -> str:
        if value == "localhost" or _is_loopback(value):
            return value
        raise SettingsError(
            f"host {value!r}: refused. There is no sign-in yet, so anyone on that network could "
            "read the picture; use 127.0.0.1 and an authenticated tunnel"
        )


def _is_loopback(value: str) -> bool:
    try:
        return ip_address(value).is_loopback
    except ValueError:
        return False
