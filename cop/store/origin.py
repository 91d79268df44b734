"""From which address a layer was brought, in the relational store: for quotas, shown nowhere."""

from sqlalchemy import Column, String, Table, delete, insert, select

from cop.settings import StoreSettings
from cop.store.relational import METADATA, RelationalStore

_ORIGIN = Table(
    "layer_origin",
    METADATA,
    Column("layer", String, primary_key=True),
    Column("address", String, nullable=False),
)


def note_origin(settings: StoreSettings, layer_id: str, address: str) -> None:
    """Keep the address that a layer was brought from, in place of the one before."""
    store = RelationalStore(settings, _ORIGIN)
    try:
        with store.writing() as connection:
            connection.execute(delete(_ORIGIN).where(_ORIGIN.c.layer == layer_id))
            connection.execute(insert(_ORIGIN).values(layer=layer_id, address=address))
    finally:
        store.close()


def list_origins(settings: StoreSettings, address: str) -> set[str]:
    """Give the ids of the layers that were brought from an address."""
    store = RelationalStore(settings, _ORIGIN)
    try:
        with store.reading() as connection:
            wanted = select(_ORIGIN.c.layer).where(_ORIGIN.c.address == address)
            return set(connection.execute(wanted).scalars())
    finally:
        store.close()
