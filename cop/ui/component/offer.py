"""The offer to show everyone the records that were loaded beside those on show."""

import streamlit as st

from cop.model.default_records import name_records
from cop.query.offer import RecordsOffer, read_offer
from cop.query.service import QueryService
from cop.store.room.default_records import DefaultChoices
from cop.ui.component.address import change_records
from cop.ui.component.filter import plain
from cop.ui.component.permit import may, need
from cop.ui.component.record import recording
from cop.ui.component.viewer import current_viewer
from cop.ui.map.spec import BoardSeat


def render_offer(service: QueryService, seat: BoardSeat | None) -> bool:
    """Draw the line of an offer, with its button for who may take it; return whether there is one.

    The presenter may, and anybody while nobody presents; ``seat`` is unknown until the browser has
    found the board.
    """
    offer = read_offer(service)
    if offer is None:
        return False
    words, way = st.columns([3, 1], vertical_alignment="center")
    presenter = (
        "" if seat is None or seat.may_decide else f" {plain(seat.presenter)} is presenting."
    )
    words.caption(f"{offer.words}{presenter}")
    if seat is not None and seat.may_decide and may("present"):
        way.button(
            f"Show {name_records(offer.records)} records to everyone",
            width="stretch",
            on_click=_show,
            args=(service.room.default_records, offer, seat.name),
        )
    return True


def _show(choices: DefaultChoices, offer: RecordsOffer, by: str) -> None:
    """Make it the room's default; the change of this page's filter moves a board that is live."""
    need("present")
    name = current_viewer().sign(by)
    with recording("show", "default records", by=name, records=offer.records):
        choices.choose(offer.records, by=name)
    change_records(offer.records)
