"""Host names that the server answers to, and the addresses that viewers open."""

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address

from cop.errors import SettingsError

_SIOCGIFADDR = 0x8915
"""The Linux request for an interface's address (netdevice(7))."""


def answers_local(name: str) -> bool:
    """Accept loopback names only: a rebound name of another site is refused."""
    try:
        return name == "localhost" or ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


class Names:
    """Accepts literal addresses, localhost, and the names of this machine: nothing rebound."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Accept ``names`` beside the machine's own."""
        own = (socket.gethostname(), "localhost", *names)
        self._names = {name.lower() for name in own if name}

    def __call__(self, name: str) -> bool:
        """Return whether a request for that host is meant for this machine."""
        with suppress(ValueError):
            return bool(ip_address(name.strip("[]")))
        return name.lower() in self._names


def without_port(host: str) -> str:
    """Return the name of a Host header, brackets kept."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def build_addresses(host: str, port: int, names: Iterable[str] = ()) -> list[str]:
    """Return the addresses to open: the given names, and the host, or each address if it is all."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    hosts = [*names, *(own_addresses() if everywhere else [host])]
    return [f"http://{f'[{name}]' if ':' in name else name}:{port}" for name in hosts]


def check_host(host: str) -> None:
    """Raise SettingsError if this machine cannot listen on that host, whatever the port."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
    except OSError as fault:
        raise SettingsError(
            f"host {host!r}: not an address of this machine ({fault.strerror}); use one of "
            f"{', '.join(own_addresses())}, or 0.0.0.0 for all"
        ) from fault


def own_addresses() -> list[str]:
    """Return the IPv4 addresses of this machine's interfaces, loopback last; nothing is sent."""
    found: list[str] = []
    with suppress(ImportError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        from fcntl import ioctl

        for _, interface in socket.if_nameindex():
            request = struct.pack("256s", interface.encode()[:15])
            with suppress(OSError):
                answered = ioctl(probe.fileno(), _SIOCGIFADDR, request)
                found.append(socket.inet_ntoa(answered[20:24]))
    found.sort(key=lambda address: ip_address(address).is_loopback)
    return found or ["127.0.0.1"]
