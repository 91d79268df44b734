"""A room with rows in every one of its tables."""

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cop.model.board import Person
from cop.model.impact import Agreement
from cop.model.mapping import SavedMapping
from cop.model.moment import format_instant, utc_now
from cop.model.partner import NodeCard
from cop.model.report import ReportEntry
from cop.model.rfi import RfiPlace
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from cop.store.room.brief import Briefs
from cop.store.room.default_records import DefaultChoices
from cop.store.room.exchange import ExchangedPackage, Exchanges
from cop.store.room.expiring import ExpiringRecords
from cop.store.room.impact import Decisions
from cop.store.room.impact_rule import read_rules
from cop.store.room.mapping import SavedMappings
from cop.store.room.partner import Partners
from cop.store.room.people import People, build_account
from cop.store.room.picture import SavedPictures
from cop.store.room.report import FieldReports
from cop.store.room.rfi import Rfis
from cop.store.room.seal import SEAL_TABLE, register_seals
from cop.store.room.session import Sessions, StoredSession
from cop.store.room.tak import StagedMessage, TakOutbox
from cop.store.room.token import AccessTokens, StoredToken
from cop.store.room.uploader import note_origin
from cop.store.room.wall_show import WallShows
from tests.support.alert import make_finding
from tests.support.drawing import drawing
from tests.support.field import stated_report
from tests.support.impact import SURGE, make_proposal
from tests.support.mapping import MAPPING
from tests.support.saved import make_draft

HASH = "$argon2id$"  # no hash of a password


def fill_room(settings: StoreSettings, *, person: str = "Avery") -> None:
    """Add what a person does in the room: each table gets at least one row."""
    with closing(SavedPictures(settings)) as pictures:
        saved = pictures.save(make_draft(author=person), name=f"Brief of {person}")
        pictures.update(saved.id, make_draft(author=person, events=9), based_on=1)
    with closing(Annotations(settings)) as annotations:
        annotations.draw(drawing(), author=person)
    with closing(Journal(settings)) as journal:
        journal.attend("server", [Person(id=f"{ord(person[0]):016x}", name=person)])
    with closing(Alerts(settings)) as alerts:
        (raised, *_) = alerts.note(person, [make_finding(sector=person[:3].upper())])
        alerts.acknowledge(raised.id, by=person)
    with closing(Decisions(settings)) as decisions:
        agreement = Agreement.model_validate(
            {"segments": [SURGE], "by": person, "reason": "seen on the ground", "level": "low"}
        )
        proposals = {SURGE: make_proposal(SURGE, "critical")}
        rules = read_rules(package_path("data", "impact.yaml"))
        decisions.agree(agreement, proposals, rules, records="real", version=7, marking="TLP:GREEN")
    with closing(DefaultChoices(settings)) as choices:
        choices.choose("real", by=person)
    with closing(WallShows(settings)) as shows:
        shows.send((saved.id,), by=person)
    with closing(SavedMappings(settings)) as mappings:
        named = {"name": f"rescues of {person}", "author": person}
        row = MAPPING | named | {"saved_at": datetime(2026, 11, 26)}
        mappings.save(SavedMapping.model_validate(row))
    _exchange(settings, person[:3].upper())
    with closing(Rfis(settings)) as rfis:
        rfi = rfis.ask(
            server="JTF", asked_from="JTF", asked_of="SO-1", asked_by=person, text="Who saw it?",
            place=RfiPlace(lon=-110.9, lat=31.3),
        )  # fmt: skip
        rfis.take_step(rfi.id, "closed", server="JTF", agency="JTF", by=person)
    _sign_in(settings, person)
    _report(settings, person)
    note_origin(settings, f"layer_{person.lower()}", "192.0.2.7")


def _exchange(settings: StoreSettings, code: str) -> None:
    """Add a partner, and a package that it was given."""
    card = NodeCard(agency=code, title=code, sign_key=f"{'A' * 43}=", seal_key=f"age1{'q' * 58}")
    with closing(Partners(settings)) as partners:
        partners.add(card)
    at = datetime(2026, 11, 26)
    with closing(Exchanges(settings)) as exchanges:
        exchanges.advance(code, given=7)
        exchanges.note(
            ExchangedPackage(
                partner=code, direction="given", number=7, since=0, made_at=at, at=at,
                digest="0" * 64, marking="TLP:CLEAR", n=1, withdrawn=0, size=1,
            )
        )  # fmt: skip


def _report(settings: StoreSettings, person: str) -> None:
    """Add a report, a brief, a daily one, and a message to a TAK server."""
    now = utc_now()
    stated = stated_report(sum(person.encode()), occurred_at=format_instant(now))
    with closing(FieldReports(settings)) as reports:
        entry = ReportEntry.build(stated, now=now)
        reports.receive(entry, sender=person, agency="SO-1")
        reports.grade(entry.id, None, by=person, reason="an exercise", marking="TLP:RED")
    with closing(Briefs(settings)) as briefs:
        briefs.note(
            place=person, made_for="SO-1", title="Brief", made_at=now, version=1,
            highest="TLP:AMBER", marking="TLP:CLEAR", made_by=person, sources=("demo",),
        )  # fmt: skip
        briefs.schedule(
            place=person, made_for="SO-1", time_zone="UTC", hour=6, minute=0, added_by=person
        )
    with closing(TakOutbox(settings)) as outbox:
        message = StagedMessage(uid=person, digest="0", body="<event/>", stale=now)
        outbox.stage("TAK-1", [message], (), above=0, now=now)


def _sign_in(settings: StoreSettings, person: str) -> None:
    """Add an account, a session of it, a token of it and a wrong password."""
    login, now = person.lower(), datetime(2026, 11, 26)
    rights = {"name": person, "agency": "JTF", "roles": frozenset({"analyst", "viewer"})}
    with closing(People(settings)) as people:
        people.add(
            build_account(login=login, password_hash=HASH, created_at=now, changed_at=now, **rights)
        )
        people.begin_attempt(login.encode(), most=5, lock=timedelta(minutes=15))
    session = StoredSession(
        viewer=f"local:{login}", origin="local", highest="TLP:AMBER", created_at=now, used_at=now,
        ends_at=now + timedelta(days=36_000), **rights,
    )  # fmt: skip
    with closing(Sessions(settings)) as sessions:
        sessions.add(login.encode(), session)
    token = StoredToken(
        id=login, owner_kind="account", owner=login, title="QGIS", made_by=person, made_at=now,
        ends_at=now + timedelta(days=36_000), used_on=date(2026, 11, 26),
    )  # fmt: skip
    with closing(AccessTokens(settings)) as tokens:
        tokens.add(login.encode(), token)
    with closing(ExpiringRecords(settings)) as expiring:
        expiring.add("request", login.encode(), lasts=timedelta(days=1))


def write_raw(file: Path) -> sqlite3.Connection:
    """Open a room's file as the program does: its triggers call a function."""
    opened = sqlite3.connect(file)
    register_seals(opened)
    return opened


def dump_room(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the schema's own revision and the seals, in order."""
    with closing(sqlite3.connect(file)) as opened:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(opened.execute(f'SELECT * FROM "{name}"'), key=repr)
            for (name,) in tables
            if name not in ("alembic_version", SEAL_TABLE)
        }
