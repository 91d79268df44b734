"""Tests of packages between servers: what each has afterwards, and what is refused."""

import tarfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cop.errors import PackageError, PartnerError, ProfileError, StoreError, VersionError
from cop.exchange import incoming
from cop.exchange.folder import EXCHANGE_FOLDER
from cop.exchange.incoming import receive_package
from cop.exchange.key import KEY_FILE
from cop.exchange.outgoing import give_package
from cop.ingest.marking import change_marking
from cop.ingest.sink.undo import undo_load
from cop.model.moment import utc_now
from cop.model.rfi import RfiAnswer, RfiPlace
from cop.settings import StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.room.annotation import Annotations
from cop.store.room.exchange import Exchanges
from cop.store.room.rfi import Rfis
from cop.store.room.room import Room
from tests.support.given_rows import GOOD, SOURCE, craft_package
from tests.support.partner import Office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
LATER = NOW + timedelta(hours=3)


def frame(n: int = 3, **columns: object):
    return make_frame(n, source_id=[f"r{i}" for i in range(n)], **columns)


def test_what_is_given_arrives_once(offices: tuple[Office, Office, Office], packages: Path) -> None:
    own, other, _ = offices
    own.publish(frame(3))
    package = own.give(other, packages, at=NOW)
    taken = other.take(package, at=NOW)
    assert (taken.counts.added, taken.counts.changed, taken.counts.withdrawn) == (3, 0, 0)
    told = ("kind", "count", "occurred_at", "lon", "lat", "marking", "detection")
    assert other.rows(*told) == own.rows(*told)
    assert {source for (source,) in other.rows("source")} == {"jtf--own"}
    assert not {*own.rows("event_id")} & {*other.rows("event_id")}
    with pytest.raises(PackageError, match="was received before; nothing changes"):
        other.take(package, at=NOW)
    assert len(other.rows("event_id")) == 3


@pytest.mark.parametrize(
    "fault",
    [
        *((Rfis, "receive", use) for use in (1, 2, 3, 4)),
        *((Annotations, "draw", use) for use in (1, 2)),
        (Exchanges, "note", 1),
        (Exchanges, "advance", 1),
    ],
)
def test_a_package_is_taken_again_after_a_fault_of_the_room(
    offices: tuple[Office, Office, Office],
    packages: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: tuple[type, str, int],
) -> None:
    """The room fails at a use, after the version with the events was published."""
    store, method, last = fault
    own, other, _ = offices
    own.publish(frame(3))
    place = RfiPlace(lon=-110.9, lat=31.3)
    answer = RfiAnswer(originator="JTF", marking="TLP:GREEN", text="Nothing")
    for text in ("What was seen?", "Who saw it?"):
        asked = other.room.rfis.ask(
            server="DPS", asked_from="DPS", asked_of="JTF", asked_by="Ana", place=place, text=text,
            marking="TLP:GREEN",
        )  # fmt: skip
        own.room.rfis.receive(asked.question, ())
        own.room.rfis.take_step(
            asked.id, "answered", server="JTF", agency="JTF", by="Bo", answer=answer
        )
    package = own.give(other, packages, at=utc_now())
    whole, uses = getattr(store, method), list[str]()

    def fail(*arguments: Any, **stated: Any) -> Any:
        uses.append(method)
        if len(uses) == last:
            raise StoreError("the disk is full")
        return whole(*arguments, **stated)

    monkeypatch.setattr(store, method, fail)
    with pytest.raises(StoreError, match="the disk is full"):
        other.take(package, at=utc_now())
    assert other.room.exchanges.state("JTF").received == 0
    other.take(package, at=utc_now())
    assert len(other.rows("event_id")) == 3
    assert [rfi.state for rfi in other.room.rfis.list()] == ["answered", "answered"]
    assert len(other.room.annotations.list()) == 2
    assert other.room.exchanges.state("JTF").received > 0
    with pytest.raises(PackageError, match="was received before"):
        other.take(package, at=utc_now())


def test_corrections_and_withdrawals_travel(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    own.publish(frame(4))
    other.take(own.give(other, packages, at=NOW), at=LATER)
    # What the partner confirms travels with its own packages.
    own.take(other.give(own, packages, at=NOW), at=LATER)
    own.publish(frame(4, count=[2, 9, 2, 2]))
    own.remove(["r2"])
    taken = other.take(own.give(other, packages, at=NOW + timedelta(hours=1)), at=LATER)
    assert (taken.package.n, taken.package.withdrawn) == (1, 1)
    assert (taken.counts.added, taken.counts.changed, taken.counts.withdrawn) == (0, 1, 1)
    assert [count for (count,) in other.rows("count")] == [2, 2, 9]


def test_nothing_comes_back_to_who_gave_it(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    a.publish(frame(2, marking="TLP:GREEN"))
    b.take(a.give(b, packages, at=NOW), at=LATER)
    c.take(b.give(c, packages, at=NOW), at=LATER)
    assert len(c.rows("event_id")) == 2
    back = c.give(a, packages, at=NOW)
    assert a.take(back, at=NOW).package.n == 0
    assert b.take(c.give(b, packages, at=NOW), at=NOW).package.n == 0
    assert len(a.rows("event_id")) == len(b.rows("event_id")) == 2


def test_the_shorter_way_counts_where_a_record_comes_by_two(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    a.publish(frame(2))
    b.take(a.give(b, packages, at=NOW), at=LATER)
    c.take(b.give(c, packages, at=NOW), at=LATER)
    c.take(a.give(c, packages, at=NOW), at=LATER)
    assert len(c.rows("event_id")) == 2
    # It stays while one of them gives it.
    a.room.partners.change("DPS", rules={"parts": ()})
    assert len(c.rows("event_id")) == 2
    a.remove(["r0", "r1"])
    c.take(a.give(c, packages, at=NOW + timedelta(hours=1)), at=LATER)
    assert len(c.rows("event_id")) == 2
    b.take(a.give(b, packages, at=NOW + timedelta(hours=1)), at=LATER)
    c.take(b.give(c, packages, at=NOW + timedelta(hours=2)), at=LATER)
    assert c.rows("event_id") == b.rows("event_id") == []


def test_packages_may_come_in_any_order(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    own.publish(frame(3))
    first = own.give(other, packages, at=NOW)
    own.remove(["r1"])
    second = own.give(other, packages, at=NOW + timedelta(hours=1))
    other.take(second, at=LATER)
    with pytest.raises(PackageError, match="is older than"):
        other.take(first, at=NOW)
    assert len(other.rows("event_id")) == 2


def test_a_suspended_partner_gives_and_gets_nothing(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    own.publish(frame(1))
    package = own.give(other, packages, at=NOW)
    other.room.partners.suspend("JTF")
    with pytest.raises(PartnerError, match="JTF is suspended"):
        other.take(package, at=NOW)
    with pytest.raises(PartnerError, match="partner JTF is suspended"):
        other.give(own, packages, at=NOW)
    assert other.rows("event_id") == []


BY_CBP = GOOD | {"path": ["CBP"], "attributes": None}


def test_a_row_is_synthetic_where_its_source_is(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    """Otherwise made-up records would be counted with real ones."""
    own, _, cbp = offices
    second = BY_CBP | {"record": "b" * 32, "synthetic": True}
    package = craft_package(packages, cbp, own, BY_CBP, second)
    words = r"events\.parquet, row 2: it is synthetic, and its source own of CBP is declared real"
    with pytest.raises(PackageError, match=words):
        own.take(package, at=NOW)
    assert own.rows("event_id") == []
    good = craft_package(packages, cbp, own, BY_CBP, number=8)
    assert own.take(good, at=NOW).counts.added == 1


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ((), "source own of CBP is not declared"),
        ((SOURCE, SOURCE | {"synthetic": True}), "declared twice"),
        ((SOURCE | {"origin": "DPS"},), "source own of CBP is not declared"),
        ((SOURCE | {"title": "x" * 501},), "not the sources of a package"),
        ("[" * 9_000, "not the sources of a package"),
        ((SOURCE | {"terms": "x" * 5_000_000},), "more than 4,000,000 bytes"),
    ],
)
def test_sources_that_are_not_valid_are_refused(
    offices: tuple[Office, Office, Office], packages: Path, sources: Any, words: str
) -> None:
    own, _, cbp = offices
    package = craft_package(packages, cbp, own, BY_CBP, sources=sources)
    with pytest.raises(PackageError, match=words):
        own.take(package, at=NOW)
    assert own.rows("event_id") == []


def test_a_source_of_our_own_is_not_added_to(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    """An id with `--` may be there from before it was reserved."""
    own, _, cbp = offices
    own.publish(frame(2), source="cbp--own")
    package = craft_package(packages, cbp, own, BY_CBP)
    with pytest.raises(PackageError, match="source cbp--own is one of this server's own"):
        own.take(package, at=NOW)
    assert len(own.rows("event_id")) == 2


def test_attributes_about_persons_are_not_taken(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, _, cbp = offices
    attributes = '{"passport_no": "X123", "cause": "heat"}'
    taken = own.take(
        craft_package(packages, cbp, own, BY_CBP | {"attributes": attributes}), at=LATER
    )
    assert own.rows("attributes") == [('{"cause": "heat"}',)]
    assert taken.left_out == ("passport_no",)
    assert taken.for_record()["left_out"] == "passport_no"
    files = [*own.settings.data.rglob("*.parquet")]
    assert not [path for path in files if b"X123" in path.read_bytes()]


def test_what_was_published_before_a_server_was_killed_is_taken_again_without_a_change(
    offices: tuple[Office, Office, Office], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other, _ = offices
    own.publish(frame(3))
    package = own.give(other, packages, at=NOW)

    def die(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Exchanges, "advance", die)
        with pytest.raises(KeyboardInterrupt):
            other.take(package, at=NOW)
    other.warehouse.refresh()
    before = other.rows("event_id", "count")
    assert len(before) == 3
    taken = other.take(package, at=NOW)
    assert (taken.counts.added, taken.counts.changed, taken.counts.withdrawn) == (0, 0, 0)
    assert other.rows("event_id", "count") == before
    assert other.room.exchanges.state("JTF").received == taken.package.number
    own.remove(["r1"])
    later = other.take(own.give(other, packages, at=NOW + timedelta(hours=1)), at=LATER)
    assert (later.counts.withdrawn, len(other.rows("event_id"))) == (1, 2)


def test_of_two_packages_at_once_the_later_one_counts(
    offices: tuple[Office, Office, Office], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes just when the first was found to be next."""
    own, other, _ = offices
    own.publish(frame(3))
    first = own.give(other, packages, at=NOW)
    own.remove(["r1"])
    second = own.give(other, packages, at=NOW + timedelta(hours=1))
    check, began = incoming._check_order, []

    def check_and_let_the_other_begin(path: Path, *arguments: Any) -> None:
        check(path, *arguments)
        if path == first:
            began.append(Thread(target=_take, args=(other, second)))
            began[0].start()
            began[0].join(timeout=3)

    monkeypatch.setattr(incoming, "_check_order", check_and_let_the_other_begin)
    assert _take(other, first) is None
    began[0].join(timeout=60)
    other.warehouse.refresh()
    assert len(other.rows("event_id")) == 2
    newest = max(package.number for package in own.room.exchanges.packages("DPS"))
    assert other.room.exchanges.state("JTF").received == newest


def _take(office: Office, package: Path) -> str | None:
    try:
        receive_package(office.settings, office.room, package, node=office.node, now=LATER)
    except PackageError as refusal:
        return str(refusal)
    return None


def test_of_two_packages_made_at_once_each_has_a_number(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, *_ = offices
    own.publish(frame(3))
    partner = own.room.partners.get("DPS")

    def give(name: str) -> int:
        target = packages / name
        return give_package(own.service, partner, target, node=own.node, now=NOW).number

    with ThreadPoolExecutor(2) as pool:
        numbers = [*pool.map(give, ("a.coppkg", "b.coppkg"))]
    assert len({*numbers}) == 2


def test_what_a_partner_gave_is_neither_undone_nor_lowered_nor_loaded(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    own.publish(frame(2, marking="TLP:GREEN"))
    other.take(own.give(other, packages, at=NOW), at=LATER)
    before = other.rows("event_id", "marking", "count")
    with pytest.raises(VersionError, match="'jtf--own' is what a partner gave: their next"):
        undo_load(other.settings, "jtf--own", by="Ana")
    ((record, *_),) = {row[:1] for row in other.rows("source_id")[:1]}
    change_marking(other.settings, "jtf--own", "TLP:AMBER", by="Ana")
    for named in (None, record):
        with pytest.raises(ProfileError, match="only its originator lowers a marking"):
            change_marking(
                other.settings, "jtf--own", "TLP:CLEAR", record=named, by="Ana", reason="asked"
            )
    other.warehouse.refresh()
    assert {marking for (marking,) in other.rows("marking")} == {"TLP:AMBER"}
    assert len(other.rows("event_id")) == len(before)


def test_after_a_restore_everything_is_asked_for_again(
    offices: tuple[Office, Office, Office], packages: Path, tmp_path: Path
) -> None:
    """What came after the backup is not there, whatever the room says of it."""
    own, other, _ = offices
    own.publish(frame(2))
    other.take(own.give(other, packages, at=NOW), at=LATER)
    back_up(other.settings, tmp_path / "backup.tar")
    own.take(other.give(own, packages, at=NOW), at=LATER)
    own.publish(make_frame(1, source_id=["late"]))
    other.take(own.give(other, packages, at=NOW + timedelta(hours=1)), at=LATER)
    assert len(other.rows("event_id")) == 3
    restore(other.settings, tmp_path / "backup.tar")
    other.warehouse.refresh()
    assert len(other.rows("event_id")) == 2
    state = other.room.exchanges.state("JTF")
    assert (state.received, state.confirmed) == (0, 0)
    # A delta would leave a hole; the partner hears from our next package that we have nothing.
    own.publish(make_frame(1, source_id=["later"]))
    delta = own.give(other, packages, at=NOW + timedelta(hours=2))
    with pytest.raises(PackageError, match="which was not received"):
        other.take(delta, at=LATER)
    own.take(other.give(own, packages, at=NOW + timedelta(hours=2)), at=LATER)
    other.take(own.give(other, packages, at=NOW + timedelta(hours=3)), at=LATER)
    assert len(other.rows("event_id")) == 4


def ask(own: Office, other: Office, text: str = "What was seen?") -> str:
    return own.room.rfis.ask(
        server=own.code, asked_from=own.code, asked_of=other.code, asked_by="Ana",
        place=RfiPlace(lon=-110.9, lat=31.3), text=text, marking="TLP:GREEN",
    ).id  # fmt: skip


def test_after_a_restore_of_who_asked_packages_of_who_answered_are_taken(
    offices: tuple[Office, Office, Office], packages: Path, tmp_path: Path
) -> None:
    own, other, _ = offices
    back_up(own.settings, tmp_path / "backup.tar")
    asked = ask(own, other)
    other.take(own.give(other, packages, at=utc_now()), at=utc_now())
    answer = RfiAnswer(originator="DPS", marking="TLP:GREEN", text="Nothing")
    other.room.rfis.take_step(asked, "answered", server="DPS", agency="DPS", by="Bo", answer=answer)
    settings = StoreSettings(data=tmp_path / "restored", threads=1)
    restore(settings, tmp_path / "backup.tar")
    room = Room(settings)
    other.publish(frame(2))
    noted: list[tuple[Any, ...]] = []
    taken = receive_package(
        settings,
        room,
        other.give(own, packages, at=utc_now()),
        node=own.node,
        now=utc_now(),
        note=lambda *act: noted.append(act),
    )
    assert (taken.counts.added, taken.requests) == (2, ())
    assert noted == [("leave out rfi reply", f"rfi {asked}", {"partner": "DPS"})]
    assert taken.for_record()["unknown_requests"] == 1
    assert room.rfis.list() == ()
    assert room.exchanges.state("DPS").received == taken.package.number
    room.close()


def test_requests_that_one_package_cannot_hold_are_in_the_next(
    offices: tuple[Office, Office, Office], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.exchange.request_file.MOST_REQUESTS", 2)
    own, other, _ = offices
    ids = {ask(own, other) for _ in range(5)}
    came = []
    for n in range(5):
        if n == 1:
            ids.add(ask(own, other, "Who saw it?"))
        at = utc_now() + timedelta(minutes=2 * n)
        came.append(len(other.take(own.give(other, packages, at=at), at=at).requests))
        own.take(other.give(own, packages, at=at), at=at)
    assert came == [2, 2, 2, 0, 0]
    assert {rfi.id for rfi in other.room.rfis.list()} == ids
    given = [p for p in own.room.exchanges.packages("DPS") if p.direction == "given"]
    assert [package.requests for package in given] == [0, 0, 2, 2, 2]


BY_DPS = BY_CBP | {"path": ["CBP", "DPS"]}


def test_who_passes_records_on_has_no_say_over_their_source(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, dps, cbp = offices
    own.take(craft_package(packages, cbp, own, BY_CBP), at=NOW)
    renamed = SOURCE | {"title": "Forged", "marking": "TLP:AMBER"}
    own.take(craft_package(packages, dps, own, BY_DPS, sources=(renamed,), number=8), at=NOW)
    stored = own.warehouse.snapshot.sources["cbp--own"].source
    assert (stored.title, stored.marking) == ("Own (CBP)", "TLP:GREEN")
    made_up = SOURCE | {"synthetic": True}
    rows = BY_DPS | {"record": "b" * 32, "synthetic": True}
    package = craft_package(packages, dps, own, rows, sources=(made_up,), number=9)
    with pytest.raises(PackageError, match="own of CBP is real, and DPS says that it is synthetic"):
        own.take(package, at=NOW)
    assert len(own.rows("event_id")) == 1


def test_the_source_of_an_origin_that_gives_nothing_here_may_be_raised_by_who_passes_it_on(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, dps, _ = offices
    own.take(craft_package(packages, dps, own, BY_DPS), at=NOW)
    raised = SOURCE | {"title": "Other", "marking": "TLP:AMBER"}
    own.take(craft_package(packages, dps, own, BY_DPS, sources=(raised,), number=8), at=NOW)
    stored = own.warehouse.snapshot.sources["cbp--own"].source
    assert (stored.title, stored.marking) == ("Own (CBP)", "TLP:AMBER")


def test_a_source_of_others_without_a_row_of_it_is_not_declared(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    """It would hide, or name beforehand, what somebody else gives."""
    own, dps, _ = offices
    own.take(craft_package(packages, dps, own, BY_DPS), at=NOW)
    row = BY_DPS | {"origin": "DPS", "path": ["DPS"]}
    sources = (
        SOURCE | {"origin": "DPS"},
        SOURCE | {"marking": "TLP:RED"},
        SOURCE | {"id": "patrol", "marking": "TLP:RED"},
        SOURCE | {"origin": "JTF", "marking": "TLP:RED"},
    )
    own.take(craft_package(packages, dps, own, row, sources=sources, number=8), at=NOW)
    known = own.warehouse.snapshot.sources
    assert {name: state.source.marking for name, state in known.items()} == {
        "cbp--own": "TLP:GREEN", "dps--own": "TLP:GREEN",
    }  # fmt: skip


def test_a_package_may_hold_no_row_of_a_source_that_its_receiver_has(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    a.publish(frame(2))
    b.publish(frame(2))
    b.take(a.give(b, packages, at=NOW), at=LATER)
    c.take(b.give(c, packages, at=NOW), at=LATER)
    b.take(c.give(b, packages, at=NOW), at=LATER)
    b.publish(frame(2, count=[7, 2]))
    taken = c.take(b.give(c, packages, at=NOW + timedelta(hours=1)), at=LATER)
    assert (taken.package.n, taken.counts.changed) == (1, 1)
    assert {*c.warehouse.snapshot.sources} == {"dps--own", "jtf--own"}


def test_what_a_partner_has_of_before_a_restore_makes_the_next_package_whole(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, _, cbp = offices
    own.publish(frame(2))
    own.give(cbp, packages, at=NOW)
    given = own.room.exchanges.state("CBP").given
    own.take(craft_package(packages, cbp, own, BY_CBP, has=given), at=LATER)
    assert own.room.exchanges.state("CBP").confirmed == given
    own.take(craft_package(packages, cbp, own, BY_CBP, number=8, has=given + 99), at=LATER)
    assert own.room.exchanges.state("CBP").confirmed == 0


def test_neither_keys_nor_files_under_way_are_in_a_backup(
    offices: tuple[Office, Office, Office], packages: Path, tmp_path: Path
) -> None:
    own, other, _ = offices
    own.publish(frame(2))
    own.give(other, packages, at=NOW)
    assert (own.settings.data / KEY_FILE).is_file()
    back_up(own.settings, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        names = tar.getnames()
    assert not [name for name in names if "exchange" in name]
    assert b"AGE-SECRET" not in (tmp_path / "backup.tar").read_bytes()


def test_what_is_not_sealed_lies_below_the_warehouse_and_goes(
    offices: tuple[Office, Office, Office], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed process leaves it there; the next package removes it."""
    own, other, _ = offices
    own.publish(frame(2))
    package = own.give(other, packages, at=NOW)
    scratch = other.settings.data / EXCHANGE_FOLDER / "scratch"
    seen = []

    def look(*_arguments: object, **_named: object) -> None:
        seen.extend(path.name for path in scratch.rglob("*.parquet"))
        raise PackageError("stop here")

    with monkeypatch.context() as patched:
        patched.setattr("cop.exchange.incoming.apply_received", look)
        with pytest.raises(PackageError, match="stop here"):
            other.take(package, at=NOW)
    assert seen == ["events.parquet"]
    assert not scratch.exists()
    (scratch / "left").mkdir(parents=True)
    other.take(package, at=NOW)
    assert not scratch.exists()
