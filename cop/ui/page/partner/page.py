"""The Partners page: one partner's rules of giving, what it would get, and what was exchanged."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cop.model.giving import GivingRules
from cop.model.moment import format_dtg
from cop.model.partner import Partner
from cop.store.room.exchange import ExchangedPackage, ExchangeState
from cop.ui.component.context import use_context
from cop.ui.component.frame import render_plain_strip
from cop.ui.component.permit import need
from cop.ui.component.press import take_press
from cop.ui.component.record import note_sources, recording
from cop.ui.page.fault import acting
from cop.ui.page.partner.preview import render_preview
from cop.ui.page.partner.rules import ask_rules, describe_rules

_CHOSEN = "partner-chosen"
WITHHELD = "withheld"


def render_partners() -> None:
    """Draw the page: the partners, then the one that is chosen."""
    need("release")
    context = use_context()
    view = context.service.view()
    note_sources(view)
    render_plain_strip(view.snapshot)
    room = context.service.warehouse.room
    partners = room.partners.list()
    if not partners:
        st.info(
            "No partners yet. On the partner's server `cop partner card --out CARD.json` writes "
            "its card; here `cop partner add CARD.json --fingerprint ...` adds it "
            "(docs/partners.md)."
        )
        return
    st.dataframe(
        build_partner_table(partners, {p.code: room.exchanges.state(p.code) for p in partners}),
        hide_index=True,
        key="partner-table",
    )
    codes = {partner.code: partner for partner in partners}
    chosen = codes[
        st.selectbox(
            "Partner",
            list(codes),
            format_func=lambda code: f"{code}: {codes[code].card.title}",
            key=_CHOSEN,
        )
    ]
    _render_partner(chosen)


def build_partner_table(
    partners: Sequence[Partner], states: dict[str, ExchangeState]
) -> pd.DataFrame:
    """Return one row per partner: code, title, state, what it gets, and the newest packages."""
    rows = [
        (
            partner.code,
            partner.card.title,
            "suspended" if partner.suspended_at else "active",
            describe_rules(partner.rules),
            partner.address or "files only",
            _name_package(states[partner.code].given),
            _name_package(states[partner.code].confirmed),
            _name_package(states[partner.code].received),
        )
        for partner in partners
    ]
    columns = ["Code", "Partner", "State", "Gets", "Reached by"]
    return pd.DataFrame(rows, columns=[*columns, "Given", "Confirmed", "Received"])


def build_package_table(
    packages: Sequence[ExchangedPackage], *, withheld: bool = False
) -> pd.DataFrame:
    """Return one row per package: when, which way, how many records and layers, their marking.

    What a package has is not told where it may be of what is ``withheld``.
    """
    rows = [
        (
            format_dtg(package.at),
            package.direction,
            package.number,
            *(
                (WITHHELD,) * 4
                if withheld
                else (package.n, package.withdrawn, package.layers, package.marking)
            ),
            "everything" if package.since == 0 else f"new since {package.since}",
        )
        for package in packages
    ]
    columns = ["When", "Way", "Package", "Records", "Withdrawn", "Layers"]
    columns += ["Highest marking", "Holds"]
    return pd.DataFrame(rows, columns=columns)


def _render_partner(partner: Partner) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(f"## Rules of giving to {partner.code}")
        _render_state(partner)
        rules = ask_rules(partner, use_context().service.snapshot)
    with right:
        st.markdown(f"## What {partner.code} will get")
        seen = render_preview(partner, rules)
    if rules is not None:
        _offer_save(partner, rules, is_seen=seen)
    service = use_context().service
    packages = service.warehouse.room.exchanges.packages(partner.code)
    st.markdown("## Packages")
    if packages:
        withheld = service.withholds_sources
        st.dataframe(build_package_table(packages[:200], withheld=withheld), hide_index=True)
    else:
        st.caption(f"Nothing was exchanged with {partner.code} yet.")


def _render_state(partner: Partner) -> None:
    """Say whether anything is exchanged, with the button that changes that."""
    partners = use_context().service.warehouse.room.partners
    if partner.is_active:
        words, label, act, action = "Active.", "Suspend", partners.suspend, "suspend partner"
    else:
        moment = format_dtg(partner.suspended_at) if partner.suspended_at else ""
        words = f"Suspended {moment}: nothing is given or taken."
        label, act, action = "Resume", partners.resume, "resume partner"
    columns = st.columns([3, 1], vertical_alignment="center")
    columns[0].caption(f"{words} Fingerprint {partner.card.fingerprint}")
    if take_press(label, key=f"partner-{label}", at=columns[1], action="release", width="stretch"):
        with acting():
            with recording(action, f"partner {partner.code}"):
                act(partner.code)
            st.rerun()


def _offer_save(partner: Partner, rules: GivingRules, *, is_seen: bool) -> None:
    """Offer to switch rules on that were seen on the map."""
    if rules == partner.rules:
        st.caption("These rules are in force.")
        return
    if not is_seen:
        st.caption("Show what they will get before the rules are switched on.")
        return
    if take_press(
        f"Switch on for {partner.code}", key="partner-save", action="release", type="primary"
    ):
        with acting():
            changed = {
                name: value
                for name, value in rules.model_dump(mode="json").items()
                if value != partner.rules.model_dump(mode="json")[name]
            }
            with recording("change rules", f"partner {partner.code}", **changed):
                use_context().service.warehouse.room.partners.change(partner.code, rules=rules)
            st.rerun()


def _name_package(number: int) -> str:
    return f"package {number}" if number else "none"
