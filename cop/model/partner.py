"""A partner: an agency with a server of its own, and the public keys that it is known by."""

import base64
import binascii
import hashlib
import json
import re
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.model.marking import is_agency
from cop.model.uploaded import Line

MOST_HOPS: Final = 8
_SIGN_BYTES: Final = 32
_AGE: Final = r"^age1[02-9ac-hj-np-z]{58}$"
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]{0,200})?"
)
_LONGEST_FILE: Final = 4_096
_GROUP: Final = 4


class NodeCard(BaseModel):
    """What a server hands to its partners: who it is, and its public keys.

    ``sign_key`` is a raw Ed25519 public key (RFC 8032) in base64, ``seal_key`` an X25519 recipient
    of age (age-encryption.org/v1).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    title: Line
    sign_key: str
    seal_key: Annotated[str, StringConstraints(pattern=_AGE)]

    @field_validator("agency")
    @classmethod
    def _is_code(cls, code: str) -> str:
        if not is_agency(code):
            raise ValueError("use 2 to 12 characters A-Z, 0-9 and -")
        return code

    @field_validator("sign_key")
    @classmethod
    def _is_key(cls, key: str) -> str:
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("not base64") from None
        if len(raw) != _SIGN_BYTES:
            raise ValueError(f"{len(raw)} bytes, an Ed25519 key has {_SIGN_BYTES}")
        return key

    @classmethod
    def from_text(cls, text: str, *, file: str) -> Self:
        """Read the text of a card file; raise PartnerError naming the file and the field."""
        if len(text) > _LONGEST_FILE:
            raise PartnerError(f"{file}: too long for a partner's card: ask them for a new one")
        try:
            return cls.model_validate_json(text)
        except ValidationError as fault:
            first = fault.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the file"
            raise PartnerError(
                f"{file}: {field}: {first['msg']}; a card is what `cop partner card` prints "
                "on "
                "the partner's server"
            ) from None

    def to_text(self) -> str:
        """Return the text of a card file."""
        return json.dumps(self.model_dump(), indent=1) + "\n"

    @property
    def sign_bytes(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        return base64.b64decode(self.sign_key)

    @property
    def fingerprint(self) -> str:
        """The first 128 bits of the sha256 of agency and keys, in groups to be read aloud."""
        stated = "\n".join((self.agency, self.sign_key, self.seal_key))
        digest = hashlib.sha256(stated.encode()).hexdigest()[:32]
        return " ".join(digest[i : i + _GROUP] for i in range(0, len(digest), _GROUP))


class Partner(BaseModel):
    """A partner of this server; moments are naive UTC.

    ``hop_limit`` is over how many servers what is given to it may travel: with 1 it passes nothing
    on. ``address`` is where its server answers, if it is reached over a network. It is given what
    ``rules`` say.
    """

    model_config = ConfigDict(frozen=True)

    card: NodeCard
    hop_limit: Annotated[int, Field(ge=1, le=MOST_HOPS)] = 1
    address: str | None = None
    rules: GivingRules = GivingRules()
    added_at: datetime
    suspended_at: datetime | None = None

    @field_validator("address")
    @classmethod
    def _is_https(cls, address: str | None) -> str | None:
        if address is not None and _ADDRESS.fullmatch(address) is None:
            raise ValueError("write https://HOST[:PORT][/PATH]")
        return address

    @property
    def code(self) -> str:
        """The code of its agency."""
        return self.card.agency

    @property
    def is_active(self) -> bool:
        """Whether anything is exchanged with it."""
        return self.suspended_at is None
