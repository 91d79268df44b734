"""What partners may read here: their agency's people, by the rules of giving.

What a server gives in a package, what is made for a partner as a file, and what its programs read
is the same.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cop.access.policy import Policy
from cop.errors import PartnerError
from cop.exchange.key import read_keys
from cop.model.giving import Giver, Grant
from cop.model.marking import MARKINGS
from cop.model.moment import utc_now
from cop.model.partner import Partner
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.room.room import Room

_QUARTER_MIN = 15


def release_partner(policy: Policy, partner: Partner, *, highest: str | None = None) -> Release:
    """Return what people of a partner's agency may read, up to the label of its rules.

    Raise PartnerError if the policy has no such agency any more.
    """
    if partner.code not in policy.agencies:
        raise PartnerError(
            f"partner {partner.code} is no agency of the policy file: add it there, or suspend it"
        )
    stated = highest or partner.rules.highest
    lowest = min(stated, partner.rules.highest, key=MARKINGS.index)
    return policy.agency_release(partner.code, highest=lowest)


class PartnerReleases:
    """Finds what agencies may read: partners by their rules, others by the policy alone."""

    def __init__(
        self,
        room: Room,
        settings: StoreSettings,
        policy: Policy,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Read the partners of a room; ``settings`` are of its warehouse, ``now`` naive UTC."""
        self._room, self._settings, self._policy, self._now = room, settings, policy, now

    def for_agency(self, code: str, *, highest: str | None = None) -> Release:
        """Return what may be in a file that is made for an agency, up to a label where stated.

        Raise PartnerError if it is a partner that is suspended, or that is given nothing.
        """
        if self._room.partners.find(code) is None:
            return self._policy.agency_release(code, highest=highest)
        return self.for_partner(code, highest=highest)

    def for_partner(self, code: str, *, highest: str | None = None) -> Release:
        """Return what a partner is given now, up to a label where stated.

        Raise PartnerError if there is none of that code, or if it is suspended or given nothing.
        """
        partner = self._room.partners.get(code)
        if not partner.is_active:
            raise PartnerError(f"partner {code} is suspended: `cop partner resume {code}` first")
        if partner.rules.gives_nothing:
            raise PartnerError(
                f"partner {code} is given nothing: state what with `cop partner give {code}`"
            )
        return self.of_partner(partner, highest=highest)

    def of_partner(self, partner: Partner, *, highest: str | None = None) -> Release:
        """Return what a partner is given now, up to a label where stated.

        A delay is counted from the last quarter of an hour.
        """
        now, rules = self._now(), partner.rules
        latest = None
        if rules.delay_h:
            quarter = now.minute // _QUARTER_MIN * _QUARTER_MIN
            latest = now.replace(minute=quarter, second=0, microsecond=0) - rules.delay
        return replace(
            release_partner(self._policy, partner, highest=highest),
            names_withheld=False,
            grant=Grant(
                code=partner.code,
                rules=rules,
                hop_limit=partner.hop_limit,
                giver=Giver(
                    agency=self._policy.host, secret=read_keys(self._settings).hiding_secret
                ),
                latest=latest,
            ),
        )

    def list(self) -> tuple[Release, ...]:
        """Return what each active partner is given of events."""
        return tuple(
            self.of_partner(partner)
            for partner in self._room.partners.list()
            if partner.is_active
            and "events" in partner.rules.parts
            and partner.code in self._policy.agencies
        )
