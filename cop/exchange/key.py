"""This server's own keys: one signs what it gives, one opens what it is given.

They lie beside the warehouse, for their owner alone, and are in no backup: a copy of them could
speak for this server.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cop.access.secret import read_secret
from cop.errors import PartnerError
from cop.exchange.folder import EXCHANGE_FOLDER
from cop.model.partner import NodeCard
from cop.settings import StoreSettings
from cop.store.catalogue.shared_lock import open_lock
from cop.store.catalogue.writer import make_folder, place_file

KEY_FILE: Final = "exchange.key"
_WAIT_S: Final = 30.0
_BUSY: Final = "another process has been making keys"
_MODE: Final = 0o600


@dataclass(frozen=True, repr=False)
class NodeKeys:
    """The private keys of this server."""

    sign: Ed25519PrivateKey
    seal: pyrage.x25519.Identity

    @property
    def hiding_secret(self) -> bytes:
        """What hides the ids of this server's records: they are digests of their content."""
        return hashlib.sha256(b"ids" + self.sign.private_bytes_raw()).digest()

    def card(self, agency: str, title: str) -> NodeCard:
        """Return what partners are handed."""
        public = self.sign.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return NodeCard(
            agency=agency,
            title=title,
            sign_key=base64.b64encode(public).decode(),
            seal_key=str(self.seal.to_public()),
        )


def read_keys(settings: StoreSettings) -> NodeKeys:
    """Read the keys of this server, and make them the first time.

    Raise SettingsError if others may read the file, PartnerError if it holds no keys.
    """
    folder = settings.data.resolve()
    path = folder / KEY_FILE
    if not path.exists():
        make_folder(folder / EXCHANGE_FOLDER)
        # Of two processes that begin at once the second would replace what the first has read.
        with open_lock(settings, "keys", timeout_s=_WAIT_S, busy=_BUSY):
            if not path.exists():
                place_file(path, _write_keys)
    remedy = "restore it from where you keep it, or hand new cards to all partners"
    stated = read_secret(path, what="keys of this server", remedy=remedy)
    try:
        found = json.loads(stated)
        return NodeKeys(
            sign=Ed25519PrivateKey.from_private_bytes(base64.b64decode(found["sign"])),
            seal=pyrage.x25519.Identity.from_str(found["seal"]),
        )
    except (ValueError, KeyError, TypeError, pyrage.IdentityError):
        raise PartnerError(f"{path}: these are no keys of a server; {remedy}") from None


def check_card(card: NodeCard) -> None:
    """Raise PartnerError if nothing can be sealed for a card or checked with it."""
    try:
        pyrage.x25519.Recipient.from_str(card.seal_key)
        Ed25519PublicKey.from_public_bytes(card.sign_bytes)
    except (pyrage.RecipientError, ValueError) as fault:
        raise PartnerError(
            f"card of {card.agency}: its keys are none ({fault}): ask them for a new one"
        ) from None


def is_signed(card: NodeCard, signature: bytes, content: bytes) -> bool:
    """Return whether a signature over a content is of the server of a card."""
    try:
        Ed25519PublicKey.from_public_bytes(card.sign_bytes).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _write_keys(draft: Path) -> None:
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    stated = {
        "sign": base64.b64encode(private).decode(),
        "seal": str(pyrage.x25519.Identity.generate()),
    }
    draft.touch(mode=_MODE)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_TRUNC), "w") as out:
        out.write(json.dumps(stated) + "\n")
