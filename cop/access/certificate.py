"""Certificates: a proxy that has checked one states its subject, in headers of its own."""

import hashlib
from typing import Final

from cryptography.x509 import Name, NameOID
from cryptography.x509.oid import ObjectIdentifier

from cop.access.identity import Credentials
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.errors import AccessError
from cop.model.saved import tidy_name

SUBJECT_HEADER: Final = "X-Client-Subject"
"""The subject of the certificate as in RFC 4514: CN=Ana,OU=cop-analysts,O=JTF."""
VERIFY_HEADER: Final = "X-Client-Verify"
CERTIFICATE_HEADERS: Final = (SUBJECT_HEADER, VERIFY_HEADER)
"""The gate takes them out of every request that no trusted proxy sent."""
_VERIFIED: Final = "SUCCESS"
_LONGEST: Final = 1_000
_DIGEST_CHARACTERS: Final = 16


class CertificateWay:
    """Knows viewers by the subject of their certificate; its units are groups of the policy."""

    def __init__(self, policy: Policy) -> None:
        """Grant what ``policy`` grants to the units."""
        self._policy = policy

    def is_addressed(self, credentials: Credentials) -> bool:
        """Return whether a proxy has stated a certificate."""
        return SUBJECT_HEADER in credentials.headers

    def recall(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer: nothing has to be looked up."""
        return self.find(credentials, is_use=is_use)

    def find(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer; None without a certificate that is valid and has a known unit."""
        del is_use
        stated = credentials.headers.get(SUBJECT_HEADER, "")
        if credentials.headers.get(VERIFY_HEADER) != _VERIFIED or len(stated) > _LONGEST:
            return None
        try:
            subject = Name.from_rfc4514_string(stated)
            names = _read(subject, NameOID.COMMON_NAME)
            if len(names) != 1:
                return None
            digest = hashlib.sha256(subject.public_bytes()).hexdigest()
            return self._policy.grouped_viewer(
                f"cert:{digest[:_DIGEST_CHARACTERS]}",
                name=tidy_name(names[0]),
                groups=_read(subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
                origin="certificate",
            )
        except (AccessError, ValueError):
            return None


def _read(subject: Name, kind: ObjectIdentifier) -> list[str]:
    return [str(part.value) for part in subject.get_attributes_for_oid(kind)]
