"""Tests of what tokens must fit; tests/server/test_oidc.py signs in with a real provider."""

import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from cop.access.oidc import OidcProvider, ProviderGrant, is_safe_address
from cop.errors import AccessError, ProviderError, SettingsError
from cop.settings import OidcSettings

pytestmark = pytest.mark.access

ISSUER = "https://idp.example.org"
NONCE = "the-nonce"


class Drawn(OidcProvider):
    """A provider whose documents are drawn by the test."""

    def __init__(self, claim: str = "groups") -> None:
        settings = OidcSettings(
            oidc_issuer=f"{ISSUER}/", oidc_client_id="cop", oidc_groups_claim=claim,
            oidc_client_secret_file=Path("x"),
        )  # fmt: skip
        super().__init__(settings, "secret")
        self.key = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
        self.stated: dict[str, Any] = {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/jwks",
            "authorization_endpoint": f"{ISSUER}/authorize",
        }
        self.asked: list[str] = []

    def _get(self, address: str, client: Any = None) -> Any:
        self.asked.append(address)
        if address.endswith("/jwks"):
            return KeySet([self.key]).as_dict(private=False)
        return self.stated

    def sign(self, key: RSAKey | None = None, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": "cop", "sub": "1", "iat": now, "exp": now + 600, "nonce": NONCE,
        } | changes  # fmt: skip
        stated = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "1"}
        return {"id_token": jwt.encode(header, stated, key or self.key)}


@pytest.fixture(scope="module")
def provider() -> Drawn:
    return Drawn()


def test_a_token_that_fits_is_read(provider: Drawn) -> None:
    assert provider._read_id_token(provider.sign(), nonce=NONCE)["sub"] == "1"
    assert provider._read_id_token(provider.sign(aud=["cop"]), nonce=NONCE)
    assert provider._read_id_token(provider.sign(aud=["cop", "x"], azp="cop"), nonce=NONCE)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["other", "else"]},
        {"aud": ["cop", "other"]},
        {"aud": ["cop", "other"], "azp": "other"},
        {"azp": "other"},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_a_token_for_others_or_of_another_time_is_refused(
    provider: Drawn, changes: dict[str, Any]
) -> None:
    with pytest.raises(AccessError):
        provider._read_id_token(provider.sign(**changes), nonce=NONCE)


def test_a_token_without_the_provider_s_signature_is_refused(provider: Drawn) -> None:
    other = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
    whole = provider.sign()["id_token"]
    head, body, _ = whole.split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    for stated in (provider.sign(other)["id_token"], f"{head}.{body}.", unsigned, "", "x", "a.b.c"):
        with pytest.raises(AccessError):
            provider._read_id_token({"id_token": stated}, nonce=NONCE)
    with pytest.raises(AccessError):
        provider._read_id_token({}, nonce=NONCE)


def test_changed_keys_are_read_again() -> None:
    provider = Drawn()
    provider._read_id_token(provider.sign(), nonce=NONCE)
    provider.key = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
    assert provider._read_id_token(provider.sign(), nonce=NONCE)
    assert provider.asked.count(f"{ISSUER}/jwks") == 2


def test_a_provider_that_says_it_is_another_is_refused() -> None:
    provider = Drawn()
    provider.stated["issuer"] = "https://evil.example"
    with pytest.raises(ProviderError, match="another issuer"):
        provider.begin("http://localhost/r")
    provider = Drawn()
    for endpoint in ("http://idp.example.org/authorize", "ftp://x", None):
        provider.stated["authorization_endpoint"] = endpoint
        with pytest.raises(ProviderError, match="no authorization_endpoint over TLS"):
            provider.begin("http://localhost/r")


@pytest.mark.parametrize(
    ("claim", "claims", "groups"),
    [
        ("groups", {"groups": ["a", 1, "b"]}, ("a", "b")),
        ("groups", {"groups": "a"}, ("a",)),
        ("realm_access.roles", {"realm_access": {"roles": ["a"]}}, ("a",)),
        ("a.b", {"a.b": ["x"]}, ("x",)),
        ("realm_access.roles", {"realm_access": "a"}, ()),
        ("groups", {}, ()),
    ],
)
def test_groups_are_read_by_their_claim(
    claim: str, claims: dict[str, Any], groups: tuple[str, ...]
) -> None:
    grant = Drawn(claim)._grant(None, {"expires_in": 60}, {"sub": "1", **claims})
    assert grant.groups == groups
    assert grant.viewer_id.startswith("oidc:")
    assert "1" not in grant.name or len(grant.name) == 16


def test_people_of_two_providers_are_two(provider: Drawn) -> None:
    other = Drawn()
    other._issuer = other.stated["issuer"] = "https://other.example.org"
    grants: list[ProviderGrant] = [
        each._grant(None, {}, {"sub": "1", "groups": []}) for each in (provider, other)
    ]
    assert len({grant.viewer_id for grant in grants}) == 2


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://idp.example.org/x", True),
        ("http://localhost:9/x", True),
        ("http://127.0.0.1/x", True),
        ("http://idp.example.org", False),
        ("http://localhost.evil.example", False),
        ("ftp://localhost", False),
        ("", False),
    ],
)
def test_a_provider_is_asked_over_tls(address: str, is_safe: bool) -> None:
    assert is_safe_address(address) == is_safe


def test_settings_of_a_provider_belong_together() -> None:
    with pytest.raises(SettingsError, match="belong together"):
        OidcSettings(oidc_issuer=ISSUER)
    with pytest.raises(SettingsError, match="begins with https"):
        OidcSettings(
            oidc_issuer="http://idp.example.org",
            oidc_client_id="x",
            oidc_client_secret_file=Path("x"),
        )
