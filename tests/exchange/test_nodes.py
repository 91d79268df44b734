"""Three servers that give to each other over random cuts and orders, against a model of the rules.

The model knows no package: it works out from the rules alone what each server may have in the end.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cop.errors import PackageError
from cop.model.marking import MARKINGS
from cop.resource import package_path
from tests.support.invoked import invoke
from tests.support.partner import Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
START = datetime(2026, 11, 24, 18, 30)
CODES = ("JTF", "DPS", "CBP")
ROUNDS = 6
HISTORIES = int(os.environ.get("COP_HISTORIES", "8"))
EVENTS, LOST = 10_000, 0.3
KINDS = ("crossing", "rescue", "seizure")
COUNTIES = {"Santa Cruz, AZ": (-110.94, 31.35), "Cochise, AZ": (-109.55, 31.36)}
LABELS = (
    "TLP:CLEAR",
    "TLP:GREEN",
    "TLP:AMBER",
    "TLP:AMBER//REL TO CBP",
    "TLP:AMBER//REL TO DPS, JTF",
)


@dataclass(frozen=True)
class Record:
    """An event of an office as the model has it."""

    id: str
    kind: str
    count: int
    county: str
    marking: str
    day: int


@dataclass(frozen=True)
class Copy:
    """A record at an office that did not originate it, by the way that it came."""

    record: Record
    path: tuple[str, ...]
    hops_left: int


@dataclass
class Model:
    """What the rules grant: the records of each office, and the rules of each pair."""

    rules: Mapping[tuple[str, str], Mapping[str, Any]]
    own: dict[str, dict[str, Record]] = field(default_factory=lambda: {code: {} for code in CODES})

    def admits(self, giver: str, taker: str, copy: Copy) -> bool:
        rules, record = self.rules[giver, taker], copy.record
        label, _, named = record.marking.partition("//REL TO ")
        if rules["kinds"] and record.kind not in rules["kinds"]:
            return False
        if rules["counties"] and record.county not in rules["counties"]:
            return False
        if MARKINGS.index(label) > MARKINGS.index(rules["highest"]):
            return False
        if named and taker not in named.split(", "):
            return False
        if not copy.path:
            return True
        is_low = MARKINGS.index(label) < MARKINGS.index("TLP:AMBER")
        may_travel = copy.hops_left >= 1 and taker not in copy.path
        return may_travel and (is_low or taker in named.split(", "))

    def settle(self) -> dict[str, set[tuple[str, Record]]]:
        """Let everybody give to everybody until nothing changes; what each has, by origin."""
        got: dict[tuple[str, str], dict[tuple[str, str], Copy]] = {pair: {} for pair in self.rules}
        while True:
            after = {
                (giver, taker): {
                    key: Copy(
                        copy.record,
                        (*copy.path, giver),
                        min(self.rules[giver, taker]["hop_limit"], copy.hops_left) - 1,
                    )
                    for key, copy in self._shown(giver, got).items()
                    if self.admits(giver, taker, copy)
                }
                for giver, taker in self.rules
            }
            if after == got:
                break
            got = after
        return {
            code: {(key[0], copy.record) for key, copy in self._shown(code, got).items()}
            for code in CODES
        }

    def _shown(
        self, code: str, got: Mapping[tuple[str, str], Mapping[tuple[str, str], Copy]]
    ) -> dict[tuple[str, str], Copy]:
        shown = {(code, record.id): Copy(record, (), 99) for record in self.own[code].values()}
        for giver in CODES:
            for key, copy in got.get((giver, code), {}).items():
                there = shown.get(key)
                if there is None or (len(copy.path), giver) < (len(there.path), there.path[-1]):
                    shown[key] = copy
        return shown


@dataclass
class Table:
    """The offices of one history, their packages on the way, and the model."""

    offices: Mapping[str, Office]
    model: Model
    folder: Path
    random: Random
    at: datetime = START
    sent: list[tuple[str, Path]] = field(default_factory=list)
    n: int = 0

    def tick(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def publish(self, n: int) -> None:
        """New records of an office, and corrections of some that it has."""
        code = self.random.choice(CODES)
        own = self.model.own[code]
        changed = self.random.sample(sorted(own), min(len(own), n // 3))
        ids = changed + [f"{code}{self.n + i}" for i in range(n)]
        self.n += n
        records = [
            Record(
                id, self.random.choice(KINDS), self.random.randrange(1, 9),
                self.random.choice([*COUNTIES]),
                own[id].marking if id in own else self.random.choice(LABELS),
                self.random.randrange(60),
            )
            for id in ids
        ]  # fmt: skip
        own.update({record.id: record for record in records})
        self.offices[code].publish(as_frame(records))

    def remove(self) -> None:
        code = self.random.choice(CODES)
        own = self.model.own[code]
        gone = self.random.sample(sorted(own), len(own) // 4)
        if gone:
            for id in gone:
                del own[id]
            self.offices[code].remove(gone)

    def give(self) -> None:
        giver, taker = self.random.choice(sorted(self.model.rules))
        package = self.offices[giver].give(
            self.offices[taker], self.folder, at=self.tick(), whole=self.random.random() < 0.1
        )
        self.sent.append((taker, package))

    def take(self) -> None:
        """Receive any package that was ever sent: it may be lost, late, or come again."""
        if self.sent:
            taker, package = self.random.choice(self.sent[-6:])
            with_words = ("received before", "older than", "was not received")
            try:
                self.offices[taker].take(package, at=self.tick())
            except PackageError as refusal:
                assert any(words in str(refusal) for words in with_words), refusal
            self.check(taker)

    def settle(self) -> None:
        """Let everybody give to everybody until no package holds anything."""
        for _ in range(ROUNDS):
            held = [self.pass_on(giver, taker) for giver, taker in sorted(self.model.rules)]
            if not any(held):
                return
        raise AssertionError(f"packages still hold something after {ROUNDS} rounds")

    def pass_on(self, giver: str, taker: str) -> bool:
        """Give and take; return whether the package held anything."""
        package = self.offices[giver].give(self.offices[taker], self.folder, at=self.tick())
        taken = self.offices[taker].take(package, at=self.tick()).package
        self.check(taker)
        return taken.n + taken.withdrawn > 0

    def check(self, code: str) -> None:
        """Nothing is there twice, and nothing came back to its origin."""
        rows = self.offices[code].rows("event_id", "source", "source_id")
        assert len({event_id for event_id, *_ in rows}) == len(rows)
        assert len({(source, id) for _, source, id in rows}) == len(rows)
        assert not [source for _, source, _ in rows if source.startswith(f"{code.lower()}--")]


def as_frame(records: list[Record]) -> pd.DataFrame:
    places = [COUNTIES[record.county] for record in records]
    return make_frame(
        len(records),
        source_id=[record.id for record in records],
        kind=[record.kind for record in records],
        count=[record.count for record in records],
        county=[record.county for record in records],
        marking=[record.marking for record in records],
        lon=[lon for lon, _ in places],
        lat=[lat for _, lat in places],
        occurred_at=[START - timedelta(days=1 + record.day) for record in records],
    )


def found_at(office: Office) -> list[tuple[Any, ...]]:
    """What an office has, without the ids that differ between servers."""
    rows = office.rows("source", "kind", "count", "county", "marking", "occurred_at")
    return sorted((source.split("--")[0], *rest) for source, *rest in rows)


def expected_at(code: str, settled: set[tuple[str, Record]]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            "own" if origin == code else origin.lower(), record.kind, record.count,
            record.county, record.marking, START - timedelta(days=1 + record.day),
        )
        for origin, record in settled
    )  # fmt: skip


def draw_rules(random: Random) -> dict[str, Any]:
    return {
        "hop_limit": random.choice((1, 2, 3)),
        "kinds": tuple(random.sample(KINDS, random.choice((0, 0, 1, 2)))),
        "counties": tuple(random.sample([*COUNTIES], random.choice((0, 0, 1)))),
        "highest": random.choice(("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED")),
    }


def play(bare: Path, random: Random, *, steps: int, n: int) -> int:
    """Play a history and compare what each office has with the model; return how many events."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        packages = folder / "packages"
        packages.mkdir()
        offices = {code: open_office(bare, folder, code) for code in CODES}
        rules = {(a, b): draw_rules(random) for a in CODES for b in CODES if a != b}
        for (a, b), stated in rules.items():
            offices[a].meet(offices[b], **stated)
        table = Table(offices, Model(rules), packages, random)
        for _ in range(2):
            table.publish(n)
        acts = (
            lambda: table.publish(n), table.remove, table.give, table.take, table.take, table.give,
        )  # fmt: skip
        for _ in range(steps):
            random.choice(acts)()
        table.settle()
        settled = table.model.settle()
        for code in CODES:
            assert found_at(offices[code]) == expected_at(code, settled[code]), code
        for office in offices.values():
            office.close()
    return table.n


@pytest.mark.parametrize("seed", range(2))
def test_each_server_has_what_the_rules_grant_it(bare_warehouse: Path, seed: int) -> None:
    play(bare_warehouse, Random(seed), steps=8, n=12)  # noqa: S311 the same for a seed


@pytest.mark.full
@pytest.mark.timeout(7_200)
def test_shown_three_servers_hold_what_the_rules_grant_over_drawn_histories(
    bare_warehouse: Path,
) -> None:
    """COP_HISTORIES is how many are drawn: 200 take half an hour."""
    sizes = []

    @settings(
        max_examples=HISTORIES,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.generate, Phase.shrink],
    )
    @given(random=st.randoms(use_true_random=False), steps=st.integers(2, 10), n=st.integers(2, 12))
    def check(random: Random, steps: int, n: int) -> None:
        sizes.append(play(bare_warehouse, random, steps=steps, n=n))

    check()
    assert len(sizes) >= HISTORIES
    print(f"{len(sizes)} histories of {sum(sizes)} events")  # noqa: T201


@pytest.mark.full
@pytest.mark.timeout(3_600)
def test_shown_ten_thousand_events_over_three_servers_by_files_on_disk(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    random = Random(18)  # noqa: S311 the same for a seed
    assert play_files(bare_warehouse, tmp_path, random, n=EVENTS) == EVENTS


def play_files(bare: Path, folder: Path, random: Random, *, n: int) -> int:
    """Play one long history of the real commands; return how many events there were in it."""
    offices = {code: open_office(bare, folder, code) for code in CODES}
    packages = folder / "packages"
    packages.mkdir()
    rules = {(a, b): draw_rules(random) for a in CODES for b in CODES if a != b}
    for (a, b), stated in rules.items():
        offices[a].meet(offices[b], **stated)
    policies = {code: write_policy(folder, code) for code in CODES}
    table = Table(offices, Model(rules), packages, random)

    def pass_on(giver: str, taker: str, *, is_lost: bool = False) -> bool:
        path = packages / f"{giver}-{taker}-{random.randrange(10**9)}.coppkg"
        own = ("--data", offices[giver].settings.data, "--access", policies[giver])
        given = invoke("exchange", "export", taker, path, *own, "--json")
        assert given.exit_code == 0, given.stderr
        if not is_lost:
            theirs = ("--data", offices[taker].settings.data, "--access", policies[taker])
            taken = invoke("exchange", "import", path, *theirs, "--json")
            assert taken.exit_code == 0, taken.stderr
            again = invoke("exchange", "import", path, *theirs)
            assert (again.exit_code, "was received before" in again.stderr) == (2, True)
            offices[taker].warehouse.refresh()
            table.check(taker)
        stated = json.loads(given.stdout)
        return bool(stated["n"] + stated["withdrawn"])

    pairs = sorted(rules)
    while table.n < n:
        table.publish(min(n - table.n, n // 6))
        for giver, taker in random.sample(pairs, 3):
            pass_on(giver, taker, is_lost=random.random() < LOST)
        table.remove()
    for _ in range(ROUNDS):
        if not any([pass_on(*pair) for pair in pairs]):  # noqa: C419 each of them
            break
    else:
        raise AssertionError(f"packages still hold something after {ROUNDS} rounds")
    settled = table.model.settle()
    for code in CODES:
        assert found_at(offices[code]) == expected_at(code, settled[code]), code
        offices[code].close()
    return table.n


def write_policy(folder: Path, code: str) -> Path:
    """Write the policy of an office: it runs its server, and leaves no small counts out."""
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored |= {"host": code, "smallest_count": {}}
    for agency in CODES:
        stored["agencies"][agency] = {"title": agency, "highest": "TLP:RED"}
    path = folder / f"{code}.yaml"
    path.write_text(yaml.safe_dump(stored))
    return path
