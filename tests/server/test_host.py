"""Tests of the names that are answered and the addresses that are told to others."""

import socket
from ipaddress import ip_address

import pytest

from cop.errors import SettingsError
from cop.server.host import Names, build_addresses, check_host, own_addresses, without_port

pytestmark = pytest.mark.table


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    monkeypatch.setattr(socket, "gethostname", lambda: "Table")
    return Names(["picture.example.net", "table.example.org", ""])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "192.0.2.7", "[2001:db8::7]", "localhost", "table", "TABLE",
        "table.example.org", "Picture.example.net",
    ],
)  # fmt: skip
def test_addresses_and_own_names_are_answered(names: Names, host: str) -> None:
    assert names(host)
    assert names(without_port(f"{host}:8501"))


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "example.org", "table.example.org.evil.example", "x.table",
        "127.0.0.1.x", "2130706433", "127.1", "0x7f000001", "table:x", "a@127.0.0.1", "localhost.",
    ],
)  # fmt: skip
def test_other_names_are_not(names: Names, host: str) -> None:
    assert not names(host)


def test_what_others_open() -> None:
    assert build_addresses("192.0.2.7", 80) == ["http://192.0.2.7:80"]
    assert build_addresses("::1", 8501) == ["http://[::1]:8501"]
    assert build_addresses("localhost", 8501, ["t.example"]) == [
        "http://t.example:8501",
        "http://localhost:8501",
    ]
    for everywhere in ("0.0.0.0", "::"):  # noqa: S104
        told = build_addresses(everywhere, 8501, ["t.example"])
        assert told == [f"http://{name}:8501" for name in ("t.example", *own_addresses())]


def test_own_addresses_end_with_loopback() -> None:
    found = own_addresses()
    assert ip_address(found[-1]).is_loopback
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "0.0.0.0"])  # noqa: S104
def test_hosts_of_this_machine_are_taken(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::7", "table.invalid"])
def test_hosts_of_other_machines_are_not(host: str) -> None:
    with pytest.raises(SettingsError, match=r"not an address of this machine.*127\.0\.0\.1, or"):
        check_host(host)
