"""Requests between servers, signed by their sender (RFC 9421, Ed25519).

A signature covers method, path, query, content and who the request is for; it is valid for a few
minutes, and once.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519

from cop.errors import PartnerError, SignatureError
from cop.exchange.key import NodeKeys
from cop.model.partner import NodeCard

RECEIVER_HEADER: Final = "Cop-Receiver"
_TAG: Final = "cop-exchange"
_COVERED: Final = ("@method", "@path", "@query", "content-digest", RECEIVER_HEADER.lower())
VALID_FOR: Final = timedelta(minutes=5)
"""Clocks of two servers may differ by so much."""
REMEMBERED_FOR: Final = 3 * VALID_FOR
"""How long a request that was seen is known, so that it is refused when it is sent again."""


@dataclass(frozen=True, kw_only=True)
class ServerRequest:
    """What is signed of a request: its URL, its method, and its headers, to which signing adds."""

    method: str
    url: str
    headers: dict[str, str]


def sign_request(
    request: ServerRequest, body: bytes, *, keys: NodeKeys, sender: str, receiver: str
) -> None:
    """Add to the headers of a request who it is of and for, and the signature."""
    request.headers[RECEIVER_HEADER] = receiver
    signer = HTTPMessageSigner(
        signature_algorithm=ED25519, key_resolver=_Keys(private=lambda _code: keys.sign)
    )
    signer.sign(
        request,
        key_id=sender,
        nonce=secrets.token_urlsafe(16),
        tag=_TAG,
        covered_component_ids=_COVERED,
        body=body,
    )


class RequestVerifier:
    """Checks requests of partners; each is valid once."""

    def __init__(self, note: Callable[[str, str], bool]) -> None:
        """Remember requests by ``note``, for all servers and for REMEMBERED_FOR.

        It is called with the sender and the nonce, and returns False for those that are known.
        """
        self._note = note

    def verify(
        self, request: ServerRequest, *, receiver: str, find_sender: Callable[[str], NodeCard]
    ) -> tuple[NodeCard, Callable[[bytes], None]]:
        """Return who sent a request, and what its content is to be checked with once it is read.

        Both raise SignatureError: the request is not signed, not for us, not of a partner, too old,
        or sent before.
        """
        found: dict[str, NodeCard] = {}

        def find_key(code: str) -> Ed25519PublicKey:
            found[code] = find_sender(code)
            return Ed25519PublicKey.from_public_bytes(found[code].sign_bytes)

        if request.headers.get(RECEIVER_HEADER.lower()) != receiver:
            raise SignatureError(f"this server is {receiver}: the request is for another one")
        verifier = HTTPMessageVerifier(
            signature_algorithm=ED25519, key_resolver=_Keys(public=find_key)
        )
        # The library adds this to the greatest age.
        verifier.max_clock_skew = VALID_FOR
        try:
            (result,) = verifier.verify(
                request, max_age=timedelta(0), expect_tag=_TAG, require_components=_COVERED
            )
        except (InvalidSignature, PartnerError, ValueError):
            # Not why: whether an agency is a partner is no one else's business.
            raise SignatureError(
                "the request is not signed by a partner of this server, or the clocks of the two "
                f"differ by more than {VALID_FOR.total_seconds() / 60:g} minutes"
            ) from None
        sender = found[str(result.parameters["keyid"])]
        self._take_nonce(sender.agency, result.nonce)

        def check_body(body: bytes) -> None:
            try:
                verifier.verify_body(request, [result], body)
            except InvalidSignature:
                raise SignatureError("the content of the request is not what was signed") from None

        return sender, check_body

    def _take_nonce(self, code: str, nonce: str | None) -> None:
        if not nonce or not self._note(code, nonce):
            raise SignatureError("the request was sent before: sign a new one")


@dataclass(frozen=True)
class _Keys(HTTPSignatureKeyResolver):
    private: Callable[[str], Ed25519PrivateKey] | None = None
    public: Callable[[str], Ed25519PublicKey] | None = None

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        if self.private is None:
            raise SignatureError("nothing is signed here")
        return self.private(key_id)

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        if self.public is None:
            raise SignatureError("nothing is checked here")
        return self.public(key_id)


def read_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers by their names in lower case, for a ServerRequest that is verified."""
    return {name.lower(): value for name, value in headers.items()}
