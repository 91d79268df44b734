"""Access of one running program: its policy, its ways in, and the accounts and sessions behind."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Final, Literal

from cop.access.certificate import CertificateWay
from cop.access.event import AccessRecorder, record_nothing
from cop.access.grant import RoomGrants
from cop.access.identity import AWAY_SECONDS, IdentityResolver, IdentityWay, SessionWay
from cop.access.oidc import OidcProvider
from cop.access.people import LocalAccounts
from cop.access.policy import Policy, read_policy
from cop.access.provider_session import ProviderSessions
from cop.access.room_key import RoomKey, RoomKeyWay
from cop.access.session import LONGEST, USUAL_IDLE, SessionRegistry
from cop.access.token import TokenRegistry, TokenWay
from cop.access.viewer import Viewer
from cop.model.release import Release
from cop.resource import package_path
from cop.store.room.expiring import ExpiringRecords
from cop.store.room.room import Room
from cop.store.room.token import OwnerKind

VIEW_AS_COOKIE: Final = "cop_view_as"
SignInWay = Literal["local", "oidc", "certificate"]


class Access:
    """What identity and decisions are asked of; built once, stores are opened when needed."""

    def __init__(
        self,
        room: Room,
        policy: Policy | None = None,
        *,
        sign_in: Sequence[SignInWay] = (),
        room_key: bytes | None = None,
        provider: OidcProvider | None = None,
        provider_every_s: float = 45,
        idle: timedelta = USUAL_IDLE,
        longest: timedelta = LONGEST,
        record: AccessRecorder = record_nothing,
    ) -> None:
        """Admit by ``sign_in`` and by a ``room_key``; by neither, all are the single operator."""
        self._room, self._idle, self._longest = room, idle, longest
        self.policy = policy or read_policy(package_path("data", "access.yaml"))
        self.sign_in, self.record = tuple(sign_in), record
        self.room_key = None if room_key is None else RoomKey(room_key)
        self.session_way = SessionWay(
            lambda: self.sessions, away_seconds=AWAY_SECONDS if room.is_shared else 0.0
        )
        self.provider, self.provider_every_s = provider, provider_every_s
        self.provider_sessions = self._build_provider_sessions(provider)
        # Not one of the ways below: scripts of pages ask these, and a program has no page.
        self.token_way = TokenWay(lambda: self.tokens)
        ways: list[IdentityWay] = [self.session_way] if self.sign_in else []
        if "certificate" in self.sign_in:
            ways.append(CertificateWay(self.policy))
        if self.room_key is not None:
            ways.append(RoomKeyWay(self.room_key, self.policy))
        self.identity = IdentityResolver(ways, operator=self.policy.operator())

    def _build_provider_sessions(self, provider: OidcProvider | None) -> ProviderSessions | None:
        if provider is None:
            return None
        key = provider.sealing_key
        grants = RoomGrants(lambda: self.expiring, key) if self._room.is_shared else None
        return ProviderSessions(provider, self.policy, grants=grants, record=self.record)

    def look_as(self, viewer: Viewer, cookies: Mapping[str, str]) -> Viewer:
        """Return the viewer as the agency that their browser chose, where they may."""
        chosen = cookies.get(VIEW_AS_COOKIE)
        return viewer if chosen is None else self.policy.look_as(viewer, chosen)

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self.identity.is_open

    @property
    def takes_tokens(self) -> bool:
        """Whether programs come in with a token: where people sign in, not by a room key alone."""
        return bool(self.sign_in)

    def list_releases(self) -> tuple[Release, ...]:
        """Return what anyone who signs in may read, each once; none where nobody is asked."""
        if self.is_open:
            return ()
        people = self._room.people.list() if "local" in self.sign_in else ()
        return self.policy.list_releases((one.agency, one.highest) for one in people)

    @cached_property
    def accounts(self) -> LocalAccounts:
        """The local accounts."""
        return LocalAccounts(self._room.people, self.policy, record=self.record)

    @cached_property
    def sessions(self) -> SessionRegistry:
        """The sessions of who is signed in."""
        return SessionRegistry(
            self._room.sessions, self.accounts, self.policy,
            idle=self._idle, longest=self._longest,
        )  # fmt: skip

    @property
    def expiring(self) -> ExpiringRecords:
        """What servers of the room share for minutes."""
        return self._room.expiring

    @cached_property
    def tokens(self) -> TokenRegistry:
        """The tokens of programs: of accounts only where these sign in, of partners everywhere."""
        kinds: list[OwnerKind] = ["partner"]
        if "local" in self.sign_in:
            kinds.append("account")
        return TokenRegistry(
            self._room.tokens, self.accounts, self._room.partners, self.policy,
            kinds=kinds, record=self.record,
        )  # fmt: skip
