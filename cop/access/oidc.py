"""An OpenID Connect provider: the authorization code flow with PKCE, and what its tokens state.

OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE), RFC 7009 (revocation).
"""

import hashlib
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from cop.errors import AccessError, ProviderError
from cop.model.moment import utc_now
from cop.model.saved import tidy_name
from cop.settings import OidcSettings, is_local

ID_PREFIX: Final = "oidc:"
_TIMEOUT_S: Final = 10
_LEEWAY_S: Final = 60
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_SECRET_LENGTH: Final = 48
_DIGEST_CHARACTERS: Final = 16
_WRONG: Final = "the identity provider's answer is not valid"


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A sign-in that began: where the browser goes, and what its return must fit."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, kw_only=True)
class ProviderGrant:
    """What the provider states of a person, until when (naive UTC), and how to ask again."""

    subject: str
    viewer_id: str
    name: str
    groups: tuple[str, ...]
    ends_at: datetime
    refresh_token: str | None = None


class OidcProvider:
    """Speaks with one provider; blocking, safe to use from many threads.

    What it refuses is an AccessError; a provider that is away or answers nonsense, a ProviderError.
    """

    def __init__(self, settings: OidcSettings, secret: str) -> None:
        """Use the client of ``settings``, which have a provider, with its ``secret``."""
        self._settings, self._secret = settings, secret
        self._issuer = str(settings.oidc_issuer).rstrip("/")
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None

    @property
    def sealing_key(self) -> bytes:
        """A key that every server with this provider's client has, and nobody else."""
        return hashlib.sha256(b"cop grants\n" + self._secret.encode()).digest()

    def begin(self, redirect_uri: str) -> AuthorizationRequest:
        """Return where to send a browser, with a new state, nonce and verifier."""
        state, nonce, verifier = (generate_token(_SECRET_LENGTH) for _ in range(3))
        with self._open(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self._find("authorization_endpoint"), state=state, nonce=nonce,
                code_verifier=verifier,
            )  # fmt: skip
        return AuthorizationRequest(
            url=url, redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier
        )

    def redeem(self, request: AuthorizationRequest, code: str) -> ProviderGrant:
        """Exchange a code for tokens, and return what they state."""
        with self._open(request.redirect_uri) as client:
            token = self._fetch(
                lambda: client.fetch_token(
                    self._find("token_endpoint"), code=code, code_verifier=request.verifier,
                    grant_type="authorization_code", timeout=_TIMEOUT_S,
                )
            )  # fmt: skip
            claims = self._read_id_token(token, nonce=request.nonce)
            return self._grant(client, token, claims)

    def refresh(self, grant: ProviderGrant) -> ProviderGrant:
        """Ask for tokens anew; AccessError if the provider no longer grants them."""
        with self._open() as client:
            token = self._fetch(
                lambda: client.refresh_token(
                    self._find("token_endpoint"), refresh_token=grant.refresh_token,
                    timeout=_TIMEOUT_S,
                )
            )  # fmt: skip
            claims = self._read_id_token(token) if token.get("id_token") else {}
            if claims and claims["sub"] != grant.subject:
                raise AccessError("the identity provider answered for somebody else")
            claims = {"sub": grant.subject, **claims}
            return self._grant(client, {"refresh_token": grant.refresh_token, **token}, claims)

    def revoke(self, grant: ProviderGrant) -> None:
        """Give a refresh token back, where the provider takes it; what fails is left."""
        with suppress(ProviderError, AccessError, RequestException), self._open() as client:
            endpoint = self._read_metadata().get("revocation_endpoint")
            if endpoint is not None and grant.refresh_token is not None:
                client.revoke_token(endpoint, token=grant.refresh_token, timeout=_TIMEOUT_S)

    def _open(self, redirect_uri: str | None = None) -> Any:
        settings = self._settings
        return OAuth2Session(
            settings.oidc_client_id, self._secret, scope=settings.oidc_scopes,
            redirect_uri=redirect_uri, code_challenge_method="S256",
        )  # fmt: skip

    def _find(self, endpoint: str) -> str:
        found = self._read_metadata().get(endpoint)
        if not isinstance(found, str) or not is_safe_address(found):
            raise ProviderError(f"{self._issuer}: states no {endpoint} over TLS")
        return found

    def _read_metadata(self) -> Mapping[str, Any]:
        with self._lock:
            if self._metadata is None:
                stated = self._get(f"{self._issuer}/.well-known/openid-configuration")
                if str(stated.get("issuer", "")).rstrip("/") != self._issuer:
                    raise ProviderError(f"{self._issuer}: says that it is another issuer")
                self._metadata = stated
            return self._metadata

    def _read_keys(self, *, anew: bool = False) -> KeySet:
        address = self._find("jwks_uri")
        with self._lock:
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]
            return self._keys

    def _get(self, address: str, client: Any = None) -> Mapping[str, Any]:
        def ask() -> Any:
            if client is not None:
                return client.get(address, timeout=_TIMEOUT_S, allow_redirects=False)
            with self._open() as own:
                return own.get(
                    address, timeout=_TIMEOUT_S, allow_redirects=False, withhold_token=True
                )

        try:
            answer = ask()
            answer.raise_for_status()
            stated = answer.json()
        except (RequestException, OAuthError, ValueError) as fault:
            raise ProviderError(
                f"{self._issuer}: cannot be asked: {type(fault).__name__}"
            ) from fault
        if not isinstance(stated, dict):
            raise ProviderError(f"{self._issuer}: {_WRONG}")
        return stated

    def _fetch(self, ask: Any) -> dict[str, Any]:
        try:
            token: dict[str, Any] = ask()
        except OAuthError as fault:
            raise AccessError("the identity provider refused") from fault
        except (RequestException, ValueError) as fault:
            raise ProviderError(
                f"{self._issuer}: cannot be asked: {type(fault).__name__}"
            ) from fault
        return token

    def _read_id_token(
        self, token: Mapping[str, Any], *, nonce: str | None = None
    ) -> dict[str, Any]:
        """Return the claims of an ID token, its signature and each of them checked."""
        stated, client_id = str(token.get("id_token", "")), self._settings.oidc_client_id
        required: dict[str, Any] = {
            "iss": {"essential": True, "value": self._read_metadata()["issuer"]},
            "aud": {"essential": True, "value": client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "sub": {"essential": True},
        }
        if nonce is not None:
            required["nonce"] = {"essential": True, "value": nonce}
        try:
            claims = self._decode(stated)
            jwt.JWTClaimsRegistry(leeway=_LEEWAY_S, **required).validate(claims)
        except (JoseError, ValueError) as fault:
            raise AccessError(_WRONG) from fault
        audience = claims["aud"]
        many = isinstance(audience, list) and len(audience) > 1
        if (many or "azp" in claims) and claims.get("azp") != client_id:
            raise AccessError(_WRONG)
        return claims

    def _decode(self, stated: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(stated, self._read_keys(), list(_ALGORITHMS)).claims)
        except (JoseError, ValueError):
            # A provider changes its keys from time to time.
            return dict(jwt.decode(stated, self._read_keys(anew=True), list(_ALGORITHMS)).claims)

    def _grant(
        self, client: Any, token: Mapping[str, Any], claims: dict[str, Any]
    ) -> ProviderGrant:
        claim, subject = self._settings.oidc_groups_claim, str(claims["sub"])
        endpoint = self._read_metadata().get("userinfo_endpoint")
        if _look_up(claims, claim) is None and isinstance(endpoint, str):
            stated = self._get(self._find("userinfo_endpoint"), client)
            if stated.get("sub") != subject:
                raise AccessError("the identity provider answered for somebody else")
            claims = {**stated, **claims}
        named = (claims.get(name) for name in ("name", "preferred_username", "email"))
        name = next((tidy_name(each) for each in named if isinstance(each, str)), "")
        digest = hashlib.sha256(f"{self._issuer}\n{subject}".encode()).hexdigest()
        return ProviderGrant(
            subject=subject,
            viewer_id=f"{ID_PREFIX}{digest[:_DIGEST_CHARACTERS]}",
            name=name or digest[:_DIGEST_CHARACTERS],
            groups=_read_groups(_look_up(claims, claim)),
            ends_at=_read_end(token, claims),
            refresh_token=token.get("refresh_token"),
        )


def is_safe_address(address: str) -> bool:
    """Return whether an address of a provider is over TLS, or of this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname or ""))


def _look_up(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim; a dotted name leads into claims within, as realm_access.roles does."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        first, _, rest = name.partition(".")
        inner = claims.get(first)
        return _look_up(inner, rest) if isinstance(inner, dict) else None
    return found


def _read_groups(stated: Any) -> tuple[str, ...]:
    listed = stated if isinstance(stated, list) else [stated]
    return tuple(group for group in listed if isinstance(group, str))


def _read_end(token: Mapping[str, Any], claims: Mapping[str, Any]) -> datetime:
    """Return when the first of the tokens expires; one hour if none says."""
    ends = []
    if "exp" in claims:
        ends.append(datetime.fromtimestamp(int(claims["exp"]), UTC).replace(tzinfo=None))
    if "expires_in" in token:
        ends.append(utc_now() + timedelta(seconds=int(token["expires_in"])))
    return min(ends, default=utc_now() + timedelta(hours=1))
