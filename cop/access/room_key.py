"""The room key as a way in: cookies signed under it, and the viewer who comes with it alone."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from itsdangerous import BadSignature, TimestampSigner

from cop.access.identity import Credentials
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.model.saved import tidy_name

ROOM_COOKIE: Final = "cop_room"
ROOM_COOKIE_SECONDS: Final = 30 * 86_400
KEY_HEADER: Final = "X-Cop-Room-Key"
NAME_COOKIE: Final = "cop-name"
"""What a person typed as their name; nobody checks it."""
_VERSION: Final = "1"
_BROWSER_BYTES: Final = 8
_UNNAMED: Final = "Room"


class RoomKey:
    """Signs cookies under a room key, and compares keys in constant time."""

    def __init__(self, key: bytes) -> None:
        """Use ``key``."""
        self._key = key
        # Slow on purpose: who reads a cookie on the wire cannot try many keys on it.
        signing_key = hashlib.scrypt(key, salt=b"cop_room", n=2**14, r=8, p=1, dklen=32)
        self._signer = TimestampSigner(
            signing_key, salt=b"cop_room", key_derivation="hmac", digest_method=hashlib.sha256
        )

    @property
    def length(self) -> int:
        """How many characters the key has."""
        return len(self._key.decode())

    def is_key(self, stated: bytes) -> bool:
        """Return whether that is the key."""
        return hmac.compare_digest(stated, self._key)

    def issue(self) -> str:
        """Return the value of a cookie that gives access for 30 days from now."""
        return self._signer.sign(f"{_VERSION}-{secrets.token_hex(_BROWSER_BYTES)}").decode()

    def read_browser(self, cookie: str) -> str | None:
        """Return what tells the browser of a cookie from others; None if it is not valid.

        Cookies of earlier versions do not contain it: the cookie itself distinguishes them.
        """
        try:
            content = self._signer.unsign(cookie, max_age=ROOM_COOKIE_SECONDS).decode()
        except (BadSignature, UnicodeError):
            return None
        version, _, browser = content.partition("-")
        if version != _VERSION:
            return None
        return browser or hashlib.sha256(cookie.encode()).hexdigest()[: 2 * _BROWSER_BYTES]


class RoomKeyWay:
    """Knows viewers by the room key, sent as a cookie or a header."""

    def __init__(self, key: RoomKey, policy: Policy) -> None:
        """Grant what the policy grants for the key."""
        self._key, self._policy = key, policy

    def is_addressed(self, credentials: Credentials) -> bool:
        """Return whether a request has a cookie or a header of the room."""
        return ROOM_COOKIE in credentials.cookies or KEY_HEADER in credentials.headers

    def recall(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer: nothing has to be looked up."""
        return self.find(credentials, is_use=is_use)

    def find(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer; None without the key."""
        del is_use
        browser = self._key.read_browser(credentials.cookies.get(ROOM_COOKIE, ""))
        if browser is None:
            stated = credentials.headers.get(KEY_HEADER)
            if stated is None or not self._key.is_key(stated.encode("latin-1", "replace")):
                return None
            browser = "key"
        return self._policy.room_viewer(browser, name=_read_name(credentials.cookies))


def _read_name(cookies: Mapping[str, str]) -> str:
    return tidy_name(unquote(cookies.get(NAME_COOKIE, ""))) or _UNNAMED
