"""Tests of the settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cop.errors import SettingsError
from cop.settings import StoreSettings, WebSettings

pytestmark = pytest.mark.picture


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_accepted(host: str) -> None:
    assert WebSettings(host=host).host == host


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "example.org", "127.0.0.1.nip.io", "", "*"],  # noqa: S104
)
def test_other_hosts_are_refused_with_the_reason(host: str) -> None:
    with pytest.raises(SettingsError, match=r"refused without a room key"):
        WebSettings(host=host)


@pytest.mark.table
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "table.example.org"])  # noqa: S104
def test_with_a_room_key_other_hosts_are_accepted(host: str) -> None:
    assert WebSettings(host=host, room_key_file=Path("x")).host == host
    for no_address in ("", "*", "a b", "http://x", "x:80", "-x"):
        with pytest.raises(SettingsError, match=r"not an address"):
            WebSettings(host=no_address, room_key_file=Path("x"))


@pytest.mark.table
def test_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COP_NAMES", "table.example.org, table")
    with pytest.raises(SettingsError, match=r"refused without a room key"):
        WebSettings()
    monkeypatch.setenv("COP_ROOM_KEY_FILE", "some.key")
    assert WebSettings().names == ("table.example.org", "table")
    monkeypatch.setenv("COP_NAMES", "*.example.org")
    with pytest.raises(SettingsError, match=r"not a host name"):
        WebSettings()


def test_each_region_has_a_warehouse_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert StoreSettings().data == StoreSettings(region="sw_border").data
    assert StoreSettings().data == Path.cwd() / "data" / "warehouse"
    assert StoreSettings(region="hu_rs").data == Path.cwd() / "data" / "warehouse-hu_rs"
    assert StoreSettings(region="hu_rs", data=Path("x")).data == Path("x")
    monkeypatch.setenv("COP_REGION", "hu_rs")
    assert StoreSettings().data == Path.cwd() / "data" / "warehouse-hu_rs"


@pytest.mark.parametrize("name", ["atlantis", "", "../regions/hu_rs", "HU_RS"])
def test_an_unknown_region_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"no region named .* use one of hu_rs, sw_border"):
        StoreSettings(region=name)


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COP_DATA", "/some/where")
    monkeypatch.setenv("COP_PORT", "8600")
    assert StoreSettings().data == Path("/some/where")
    assert WebSettings().port == 8600
    monkeypatch.setenv("COP_HOST", "0.0.0.0")  # noqa: S104
    with pytest.raises(SettingsError):
        WebSettings()
    monkeypatch.setenv("COP_THREADS", "0")
    with pytest.raises(ValidationError):
        StoreSettings()


@pytest.mark.scale
@pytest.mark.parametrize(
    "address", ["host=db port=5433 dbname=cop user=me passfile=/x", "postgresql://me@db:5433/cop"]
)
def test_the_address_of_a_database_is_read(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert StoreSettings().database is None
    monkeypatch.setenv("COP_DATABASE", address)
    assert StoreSettings().database == address


@pytest.mark.scale
@pytest.mark.parametrize(
    "address",
    [
        "host=db password=s3cret",
        "postgresql://me:s3cret@db/cop",
        "postgresql://me@db/cop?password=s3cret",
        "host=db sslkey=/x sslpassword=s3cret",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(SettingsError, match=r"has a password.*passfile") as found:
        StoreSettings(database=address)
    assert "s3cret" not in str(found.value)


@pytest.mark.scale
@pytest.mark.parametrize("address", ["", " ", "s3cret", "host=db s3cret", "host=db pasword=s3cret"])
def test_what_is_no_address_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(SettingsError, match=r"no address of a PostgreSQL") as found:
        StoreSettings(database=address)
    assert "s3cret" not in str(found.value)


def test_a_warehouse_of_files_has_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COP_DATABASE", "host=db dbname=cop")
    found = StoreSettings(threads=7).of_files(Path("x"))
    assert (found.data, found.database, found.threads) == (Path("x"), None, 7)
