"""The address that a layer was uploaded from, as a keyed hash: for quotas, shown nowhere.

The key lies beside the relational store and is in no backup, so that hashes in one reveal nothing.
"""

import hmac
import os
import secrets
from contextlib import closing
from pathlib import Path

from sqlalchemy import Column, String, Table, delete, insert, select

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.writer import place_file
from cop.store.room.relational import METADATA, RelationalStore

KEY_FILE = "origin.key"
_KEY_BYTES = 32
_ORIGIN = Table(
    "layer_near",
    METADATA,
    Column("layer", String, primary_key=True),
    Column("near", String, nullable=False),
)


def note_origin(settings: StoreSettings, layer_id: str, address: str) -> None:
    """Store the hash of the address that a layer was uploaded from, in place of the last one.

    Within a transaction: its lock keeps two processes from making two keys.
    """
    near = _hash(settings, address)
    with closing(RelationalStore(settings)) as store, store.writing() as connection:
        connection.execute(delete(_ORIGIN).where(_ORIGIN.c.layer == layer_id))
        connection.execute(insert(_ORIGIN).values(layer=layer_id, near=near))


def forget_origin(settings: StoreSettings, layer_id: str) -> None:
    """Forget the address that a layer was uploaded from."""
    with closing(RelationalStore(settings)) as store, store.writing() as connection:
        connection.execute(delete(_ORIGIN).where(_ORIGIN.c.layer == layer_id))


def list_origins(settings: StoreSettings, address: str) -> set[str]:
    """Return the ids of the layers that were uploaded from an address; within a transaction."""
    near = _hash(settings, address)
    with closing(RelationalStore(settings)) as store, store.reading() as connection:
        requested = select(_ORIGIN.c.layer).where(_ORIGIN.c.near == near)
        return set(connection.execute(requested).scalars())


def _hash(settings: StoreSettings, address: str) -> str:
    """Return HMAC-SHA256 (RFC 2104) of an address by the warehouse's own key, in hexadecimal."""
    return hmac.new(_key(settings), address.encode(), "sha256").hexdigest()


def _key(settings: StoreSettings) -> bytes:
    path = settings.data.resolve() / KEY_FILE
    if not path.exists():
        place_file(path, _write_key)
    try:
        return path.read_bytes()
    except OSError as fault:
        raise StoreError(f"{path}: cannot be read ({fault}): check its permissions") from fault


def _write_key(draft: Path) -> None:
    draft.touch(mode=0o600)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_TRUNC), "wb") as out:
        out.write(secrets.token_bytes(_KEY_BYTES))
