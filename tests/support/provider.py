"""A real OpenID Connect provider in the test's own process, and people who sign in with it."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
import yaml

from cop.resource import package_path
from tests.support.access import Member
from tests.support.http import Answer

SECRET = "the-secret-of-the-tests"  # noqa: S105
CLIENT = "cop-tests"


class Provider:
    """The provider's own side: its people, and what it revokes."""

    def __init__(self, base: str) -> None:
        self.base = base

    def put(self, subject: str, **claims: Any) -> None:
        """State the claims of a person from now on."""
        requests.put(f"{self.base}/users/{subject}", json=claims, timeout=20).raise_for_status()

    def revoke(self, subject: str) -> None:
        """Revoke all tokens of a person."""
        requests.post(f"{self.base}/users/{subject}/revoke-tokens", timeout=20).raise_for_status()

    def agree(self, address: str, subject: str) -> str:
        """Sign a person in at the provider; return where it sends the browser."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=20)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


class ProviderMember(Member):
    """Somebody who signs in to a real server with the provider, as a browser does."""

    def __init__(self, base: str, provider: Provider, subject: str) -> None:
        super().__init__(base, subject)
        self.provider = provider

    def leave(self, address: str = "/") -> str:
        """Follow the link to the provider; return where it leads, and keep the cookie."""
        answer = self.ask(f"/sign-in/oidc?{urlencode({'next': address})}")
        assert answer.status == 303, answer.body
        self.cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        return answer.headers["location"]

    def come_back(self, address: str) -> Answer:
        """Open what the provider leads back to, and keep the cookie of the session."""
        parts = urlsplit(address)
        answer = self.ask(f"{parts.path}?{parts.query}")
        found = re.search(r"cop_session=([\w-]{43})", str(answer.headers.get("set-cookie")))
        if found:
            self.cookie = {"Cookie": found[0]}
        return answer

    def sign_in(self, address: str = "/", **_changes: str) -> Answer:
        """Go to the provider, agree, and come back."""
        return self.come_back(self.provider.agree(self.leave(address), self.login))


@contextmanager
def open_provider(**options: Any) -> Iterator[Provider]:
    """Run a provider; ``access_token_max_age`` in seconds."""
    with warnings.catch_warnings():
        # It is built on a module that its library is going to remove.
        warnings.simplefilter("ignore")
        import oidc_provider_mock

        seconds = options.pop("seconds", 3_600)
        age = timedelta(seconds=seconds)
        with oidc_provider_mock.run_server_in_thread(access_token_max_age=age, **options) as server:
            yield Provider(f"http://localhost:{server.server_port}")


def provider_environment(provider: Provider, folder: Path, *, refresh_s: float) -> dict[str, str]:
    """Return the settings of a server whose people sign in with a provider."""
    secret = folder / "client.secret"
    secret.write_text(f"{SECRET}\n")
    secret.chmod(0o600)
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {
        "analysts": {"agency": "JTF", "roles": ["analyst"]},
        "leads": {"agency": "JTF", "roles": ["commander"]},
        "county": {"agency": "SO-1", "roles": ["viewer"]},
    }
    policy = folder / "access.yaml"
    policy.write_text(yaml.safe_dump(stored))
    return {
        "COP_SIGN_IN": "oidc",
        "COP_ACCESS": str(policy),
        "COP_OIDC_ISSUER": provider.base,
        "COP_OIDC_CLIENT_ID": CLIENT,
        "COP_OIDC_CLIENT_SECRET_FILE": str(secret),
        "COP_OIDC_REFRESH_SECONDS": str(refresh_s),
    }


def read_notice(answer: Answer) -> str:
    """Return what the page of signing in says went wrong."""
    found = re.search(rb'role="alert">(.*?)</p>', answer.body)
    return unescape(found[1].decode()) if found else ""
