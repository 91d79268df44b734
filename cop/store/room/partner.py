"""The partners of a room: their cards, and what is given to them."""

from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Column, DateTime, Integer, Row, String, Table, Text, insert, select, update

from cop.errors import PartnerError
from cop.model.giving import GivingRules
from cop.model.partner import NodeCard, Partner
from cop.store.room.relational import METADATA, RoomRecords

_ROWS: Final = Table(
    "partner",
    METADATA,
    Column("code", String, primary_key=True),
    Column("card", Text, nullable=False),
    Column("hop_limit", Integer, nullable=False),
    Column("address", String),
    Column("rules", Text, nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("suspended_at", DateTime),
)


class Partners(RoomRecords):
    """The partners of one room; safe to use from many threads and processes."""

    def add(self, card: NodeCard, **stated: Any) -> Partner:
        """Add a partner by its card and return it.

        ``stated`` are fields of Partner. Raise PartnerError if there is one of that code, or if
        what is stated is not valid.
        """
        partner = build_partner(card=card, added_at=self._now(), **stated)
        with self._store.writing() as connection:
            taken = select(_ROWS.c.code).where(_ROWS.c.code == partner.code)
            if connection.execute(taken).one_or_none() is not None:
                raise PartnerError(
                    f"partner {partner.code} exists: change it with "
                    f"`cop partner change {partner.code}`"
                )
            connection.execute(insert(_ROWS).values(_to_row(partner)))
        return partner

    def find(self, code: str) -> Partner | None:
        """Return the partner of a code; None if there is none."""
        with self._store.reading() as connection:
            row = connection.execute(select(_ROWS).where(_ROWS.c.code == code)).one_or_none()
        return None if row is None else _to_partner(row)

    def get(self, code: str) -> Partner:
        """Return the partner of a code; raise PartnerError if there is none."""
        found = self.find(code)
        if found is None:
            raise PartnerError(f"no partner {code[:60]!r}: `cop partner list` lists them")
        return found

    def list(self) -> tuple[Partner, ...]:
        """Return all partners by code."""
        with self._store.reading() as connection:
            rows = connection.execute(select(_ROWS).order_by(_ROWS.c.code)).all()
        return tuple(_to_partner(row) for row in rows)

    def change(self, code: str, **changes: Any) -> Partner:
        """Change fields of a partner and return it; raise PartnerError if that cannot be."""
        with self._store.writing() as connection:
            row = connection.execute(select(_ROWS).where(_ROWS.c.code == code)).one_or_none()
            if row is None:
                raise PartnerError(f"no partner {code[:60]!r}: `cop partner list` lists them")
            partner = build_partner(**dict(_to_partner(row)) | changes)
            if partner.code != code:
                raise PartnerError(f"the card is of {partner.code}, not of {code}")
            connection.execute(update(_ROWS).where(_ROWS.c.code == code).values(_to_row(partner)))
        return partner

    def suspend(self, code: str) -> Partner:
        """Exchange nothing with a partner from now on; what it gave stays."""
        return self.change(code, suspended_at=self._now())

    def resume(self, code: str) -> Partner:
        """Exchange with a partner again."""
        return self.change(code, suspended_at=None)


def build_partner(**stated: Any) -> Partner:
    """Build a partner; PartnerError names the field that is not valid, and its value."""
    try:
        return Partner(**stated)
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise PartnerError(
            f"partner: {field}: {str(first['input'])[:80]!r}: {first['msg']}"
        ) from None


def _to_row(partner: Partner) -> dict[str, Any]:
    return {
        "code": partner.code,
        "card": partner.card.model_dump_json(),
        "hop_limit": partner.hop_limit,
        "address": partner.address,
        "rules": partner.rules.model_dump_json(),
        "added_at": partner.added_at,
        "suspended_at": partner.suspended_at,
    }


def _to_partner(row: Row[Any]) -> Partner:
    stated = {**row._mapping}
    stated.pop("code")
    card = NodeCard.model_validate_json(stated.pop("card"))
    rules = GivingRules.model_validate_json(stated.pop("rules"))
    return Partner(card=card, rules=rules, **stated)
