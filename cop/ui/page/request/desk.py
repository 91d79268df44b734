"""The desk of the viewer of a page: what they do with requests, in their name."""

from cop.exchange.rfi import RfiDesk
from cop.model.marking import MARKINGS
from cop.ui.component.context import use_context
from cop.ui.component.record import own_actor
from cop.ui.component.viewer import current_viewer

_USUAL = "TLP:AMBER"


def own_desk() -> RfiDesk:
    """Return the desk of the viewer, with what they may read."""
    context, actor = use_context(), own_actor()
    return RfiDesk(
        service=context.service,
        policy=context.access.policy,
        audit=context.audit,
        actor=actor,
        name=(actor.name or current_viewer().name)[:40],
    )


def list_agencies(desk: RfiDesk) -> dict[str, str]:
    """Return whom the viewer can ask: partners that are active, and the policy's agencies."""
    known = {code: rule.title for code, rule in desk.policy.agencies.items()}
    for partner in desk.room.partners.list():
        if partner.is_active:
            known[partner.code] = f"{partner.card.title} (partner)"
        else:
            known.pop(partner.code, None)
    return {code: title for code, title in sorted(known.items()) if code != desk.agency}


def usual_marking(desk: RfiDesk, agency: str) -> str:
    """Return the highest label up to TLP:AMBER that an agency may read."""
    partner = desk.room.partners.find(agency)
    release = desk.policy.agency_release(
        agency, highest=None if partner is None else partner.rules.highest
    )
    return min(release.highest, _USUAL, key=MARKINGS.index)
