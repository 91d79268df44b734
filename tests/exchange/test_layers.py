"""Tests of layers between three servers: what each has afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest
import shapely

from cop.errors import LayerError, PackageError, PartnerError, ProfileError, StoreError
from cop.exchange.incoming import ReceivedPackage
from cop.exchange.outgoing import give_news
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import (
    publish_layer,
    restyle_layer,
    retire_layer,
    rollback_layer,
    show_draft,
    undo_layer,
)
from cop.ingest.marking import change_marking
from cop.model.uploaded import Declaration
from cop.store.catalogue.version import DATASET_FOLDER
from cop.store.integrity.repair import repair
from tests.exchange.test_nodes import (
    COUNTIES,
    LABELS,
    Model,
    Record,
    draw_rules,
    write_policy,
)
from tests.support.damage import flip_bit
from tests.support.given_layers import convert_here, features_at, layers_at, publish
from tests.support.invoked import invoke
from tests.support.layer import make_features, write_draft
from tests.support.partner import Office, open_office, open_offices
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
HOUR = timedelta(hours=1)
CODES = ("JTF", "DPS", "CBP")
RULES = {"parts": ("events", "layers"), "highest": "TLP:AMBER"}


@pytest.fixture
def offices(bare_warehouse: Path, tmp_path: Path) -> Iterator[tuple[Office, Office, Office]]:
    with open_offices(bare_warehouse, tmp_path, rules=RULES, convert=convert_here) as found:
        yield found


def pass_on(
    giver: Office, taker: Office, packages: Path, *, hours: int = 0, whole: bool = False
) -> ReceivedPackage:
    at = NOW + hours * HOUR
    return taker.take(giver.give(taker, packages, at=at, whole=whole), at=at)


def test_a_layer_arrives_as_the_partner_s(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    said = {"note": "seen twice", "terms": "ask us", "synthetic": True}
    layer = publish(own, make_features(height=[3, 4, 5, 6], kind=["a", "b", "a", "b"]), **said)
    taken = pass_on(own, other, packages)
    assert (taken.layers.added, taken.package.layers) == (1, 1)
    (found,) = layers_at(other).values()
    assert (found.declared.title, found.owner) == ("Towers (JTF)", "JTF")
    assert found.declared.agency == "JTF"
    assert (found.declared.note, found.declared.terms) == ("seen twice", "ask us")
    assert found.declared.synthetic
    assert found.declared.marking == "TLP:GREEN"
    assert found.style == layer.style
    assert found.received.words == "From JTF"
    columns = ("feature_id", "occurred_at", "height", "kind", "ST_AsText(geometry)")
    assert features_at(other, found, *columns) == features_at(own, layer, *columns)
    assert found.id != layer.id


def test_changes_and_withdrawals_travel(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    layer = publish(own, make_features(height=[3, 4, 5, 6]))
    second = publish(own, make_features(), title="Roads")
    pass_on(own, other, packages)
    pass_on(other, own, packages)
    (before,) = (la for la in layers_at(other).values() if "Towers" in la.declared.title)
    publish(own, make_features(height=[3, 4, 9, 6]), layer_id=layer.id, title="Masts")
    retire_layer(own.settings, second.id, by="Ana")
    taken = pass_on(own, other, packages, hours=1)
    assert (taken.package.layers, taken.package.layers_withdrawn) == (1, 1)
    counts = (taken.layers.added, taken.layers.changed, taken.layers.withdrawn)
    assert counts == (0, 1, 1)
    (found,) = layers_at(other).values()
    assert (found.id, found.declared.title, found.revision) == (before.id, "Masts (JTF)", 2)
    assert [height for _, height in features_at(other, found, "feature_id", "height")] == [
        3, 4, 9, 6,
    ]  # fmt: skip
    pass_on(other, own, packages, hours=1)
    assert pass_on(own, other, packages, hours=2).package.layers == 0
    assert give_news(
        own.service,
        own.room.partners.get("DPS"),
        packages / "none.coppkg",
        node=own.node,
        now=NOW + 3 * HOUR,
    ) is None  # fmt: skip


def test_what_is_given_again_changes_nothing(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    publish(own, make_features())
    pass_on(own, other, packages)
    before = layers_at(other)
    again = pass_on(own, other, packages, hours=1, whole=True)
    assert again.layers.for_record() == {}
    assert layers_at(other) == before
    package = own.give(other, packages, at=NOW + 2 * HOUR)
    other.take(package, at=NOW + 2 * HOUR)
    with pytest.raises(PackageError, match="was received before; nothing changes"):
        other.take(package, at=NOW + 2 * HOUR)
    assert layers_at(other) == before


def test_packages_with_layers_may_come_in_any_order(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    layer = publish(own, make_features(height=[1, 1, 1, 1]))
    first = own.give(other, packages, at=NOW)
    publish(own, make_features(height=[2, 2, 2, 2]), layer_id=layer.id)
    second = own.give(other, packages, at=NOW + HOUR)
    other.take(second, at=NOW + HOUR)
    with pytest.raises(PackageError, match="is older than"):
        other.take(first, at=NOW + HOUR)
    (found,) = layers_at(other).values()
    assert {height for (height,) in features_at(other, found, "height")} == {2}


def test_a_whole_package_takes_back_what_it_lacks(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    layer = publish(own, make_features())
    publish(own, make_features(), title="Roads")
    pass_on(own, other, packages)
    retire_layer(own.settings, layer.id, by="Ana")
    taken = pass_on(own, other, packages, hours=1, whole=True)
    assert (taken.package.layers, taken.layers.withdrawn) == (1, 1)
    assert [*layers_at(other)] == ["Roads (JTF)"]
    retired = [la for la in other.warehouse.snapshot.uploaded.values() if la.state == "retired"]
    assert [la.received.is_withdrawn for la in retired] == [True]
    own.room.partners.change("DPS", rules={"parts": ("events",)})
    assert pass_on(own, other, packages, hours=2).layers.withdrawn == 1
    assert layers_at(other) == {}
    own.room.partners.change("DPS", rules={**RULES})
    assert pass_on(own, other, packages, hours=3).layers.added == 1
    assert [*layers_at(other)] == ["Roads (JTF)"]


def test_layers_are_never_echoed_and_hops_hold(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    publish(a, make_features())
    pass_on(a, b, packages)
    assert pass_on(b, c, packages).layers.added == 1
    (found,) = layers_at(c).values()
    assert (found.declared.title, found.owner) == ("Towers (JTF)", "JTF")
    assert found.received.path == ("JTF", "DPS")
    assert found.received.words == "From JTF via DPS"
    assert found.build_layer().note == "From JTF via DPS."
    assert pass_on(c, a, packages).package.layers == 0
    assert pass_on(c, b, packages).package.layers == 0
    assert len(layers_at(a)) == len(layers_at(b)) == 1
    a.room.partners.change("DPS", hop_limit=1)
    pass_on(a, b, packages, hours=1)
    assert pass_on(b, c, packages, hours=1).layers.withdrawn == 1
    assert (len(layers_at(b)), layers_at(c)) == (1, {})


def test_from_amber_up_a_layer_of_another_is_passed_on_to_whom_it_names(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    publish(a, make_features(), title="Kept", marking="TLP:AMBER")
    publish(a, make_features(), title="For them", marking="TLP:AMBER//REL TO CBP, DPS")
    pass_on(a, b, packages)
    assert {*layers_at(b)} == {"Kept (JTF)", "For them (JTF)"}
    pass_on(b, c, packages)
    assert {*layers_at(c)} == {"For them (JTF)"}


def test_the_shorter_way_counts_where_a_layer_comes_by_two(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    layer = publish(a, make_features(height=[1, 2, 3, 4]))
    pass_on(a, b, packages)
    pass_on(b, c, packages)
    pass_on(a, c, packages)
    (found,) = layers_at(c).values()
    assert found.received.path == ("JTF",)
    # It stays while one of them gives it.
    a.room.partners.change("CBP", rules={**RULES, "parts": ("events",)})
    pass_on(a, c, packages, hours=1)
    (found,) = layers_at(c).values()
    assert found.received.path == ("JTF", "DPS")
    assert [height for (height,) in features_at(c, found, "height")] == [1, 2, 3, 4]
    retire_layer(a.settings, layer.id, by="Ana")
    pass_on(a, b, packages, hours=2)
    pass_on(b, c, packages, hours=2)
    assert layers_at(c) == {}


def test_a_marking_follows_its_origin_and_what_was_raised_here_stays(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    a, b, c = offices
    layer = publish(a, make_features())
    pass_on(a, b, packages)
    (found,) = layers_at(b).values()
    change_marking(b.settings, found.name, "TLP:AMBER", by="Bo")
    with pytest.raises(ProfileError, match="only its originator lowers a marking"):
        change_marking(b.settings, found.name, "TLP:CLEAR", by="Bo", reason="asked")
    assert pass_on(b, c, packages).package.layers == 0
    change_marking(a.settings, layer.name, "TLP:CLEAR", by="Ana", reason="open now")
    assert pass_on(a, b, packages, hours=1).layers.changed == 1
    assert [la.declared.marking for la in layers_at(b).values()] == ["TLP:AMBER"]
    pass_on(a, c, packages, hours=1)
    assert [la.declared.marking for la in layers_at(c).values()] == ["TLP:CLEAR"]
    change_marking(a.settings, layer.name, "TLP:RED", by="Ana")
    assert pass_on(a, b, packages, hours=2).layers.withdrawn == 1
    change_marking(a.settings, layer.name, "TLP:CLEAR", by="Ana", reason="a mistake")
    assert pass_on(a, b, packages, hours=3).layers.added == 1
    assert [la.declared.marking for la in layers_at(b).values()] == ["TLP:AMBER"]


def test_what_a_curator_retired_here_stays_off_the_map(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    layer = publish(own, make_features(height=[1, 1, 1, 1]))
    pass_on(own, other, packages)
    (found,) = layers_at(other).values()
    retire_layer(other.settings, found.id, by="Bo")
    publish(own, make_features(height=[2, 2, 2, 2]), layer_id=layer.id)
    pass_on(own, other, packages, hours=1)
    assert layers_at(other) == {}
    undo_layer(other.settings, found.id, by="Bo")
    (back,) = layers_at(other).values()
    assert {height for (height,) in features_at(other, back, "height")} == {2}
    retire_layer(other.settings, found.id, by="Bo")
    retire_layer(own.settings, layer.id, by="Ana")
    pass_on(own, other, packages, hours=2)
    with pytest.raises(LayerError, match="was withdrawn by JTF"):
        undo_layer(other.settings, found.id, by="Bo")


def test_only_its_partner_changes_a_layer(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    publish(own, make_features())
    pass_on(own, other, packages)
    (found,) = layers_at(other).values()
    acts = (
        lambda: publish(other, make_features(), layer_id=found.id),
        lambda: restyle_layer(other.settings, found.id, None, by="Bo"),
        lambda: rollback_layer(other.settings, found.id, 1, by="Bo"),
        lambda: undo_layer(other.settings, found.id, by="Bo"),
        lambda: show_draft(other.settings, found.id, by="Bo"),
    )
    for act in acts:
        with pytest.raises(LayerError, match="is what JTF gave"):
            act()
    assert layers_at(other) == {found.declared.title: found}


def test_nothing_is_given_to_a_suspended_partner_or_by_coarse_rules(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    publish(own, make_features())
    package = own.give(other, packages, at=NOW)
    own.room.partners.suspend("DPS")
    other.room.partners.suspend("JTF")
    with pytest.raises(PartnerError, match="is suspended"):
        own.give(other, packages, at=NOW)
    with pytest.raises(PartnerError, match="is suspended"):
        other.take(package, at=NOW)
    assert layers_at(other) == {}
    own.room.partners.resume("DPS")
    other.room.partners.resume("JTF")
    own.room.partners.change("DPS", rules={**RULES, "precision": "1km"})
    assert pass_on(own, other, packages, hours=1).package.layers == 0


def test_whole_features_within_the_area_are_given_once_their_delay_has_passed(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    shapes = (
        shapely.Point(-110.94, 31.4),
        shapely.LineString([(-114.0, 32.3), (-110.94, 31.4)]),
        shapely.Point(-109.55, 31.4),
        shapely.Point(-110.95, 31.4),
    )
    at = [NOW - 2 * HOUR, NOW - 2 * HOUR, NOW - 2 * HOUR, NOW - HOUR / 2]
    publish(own, make_features(shapes, occurred_at=at))
    publish(own, make_features(shapes[2:3]), title="Elsewhere")
    rules = {**RULES, "counties": ("Santa Cruz, AZ",), "delay_h": 1}
    own.room.partners.change("DPS", rules=rules)
    assert pass_on(own, other, packages).package.layers == 1
    (found,) = layers_at(other).values()
    assert [row for (row,) in features_at(other, found, "feature_id")] == ["f0", "f1"]
    ((shape,),) = [
        (text,)
        for row, text in features_at(other, found, "feature_id", "ST_AsText(geometry)")
        if row == "f1"
    ]
    assert shapely.from_wkt(shape).equals(shapes[1])
    assert pass_on(own, other, packages, hours=1).layers.changed == 1
    (found,) = layers_at(other).values()
    assert [row for (row,) in features_at(other, found, "feature_id")] == ["f0", "f1", "f3"]


def test_drafts_and_retired_layers_are_not_given(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    draft = read_draft(write_draft(own.settings.data.parent / "d", make_features()))
    declared = Declaration(title="Not yet", marking="TLP:GREEN")
    publish_layer(own.settings, draft, declared, by="Ana", state="draft")
    own.warehouse.refresh()
    assert pass_on(own, other, packages).package.layers == 0


def test_columns_about_persons_are_left_out(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    numbers = [f"X12345{i}" for i in range(4)]
    style = {"fill": {"property": "panels", "breaks": [2, 4]}}
    by_number = {
        "property": "passport_no", "classes": [{"value": "X123450", "paint": "#ff0000"}]
    }  # fmt: skip
    features = make_features(passport_no=numbers, panels=[1, 2, 3, 4])
    publish(own, features, style=style)
    taken = pass_on(own, other, packages)
    assert taken.left_out == ("passport_no",)
    assert taken.for_record()["left_out"] == "passport_no"
    (found,) = layers_at(other).values()
    assert [column.name for column in found.content.attributes] == ["panels"]
    assert found.style.fill.property == "panels"
    files = [*other.settings.data.rglob("*.parquet")]
    assert not [path for path in files if b"X123450" in path.read_bytes()]
    # A style by such a column has its values as well.
    publish(own, features.assign(panels=1), title="Styled", style={"fill": by_number})
    pass_on(own, other, packages, hours=1)
    assert len(layers_at(other)) == 2
    files = [*other.settings.data.rglob("*.parquet")]
    assert not [path for path in files if b"X123450" in path.read_bytes()]
    stored = [
        row
        for path in files
        if "given_layers" in str(path) or path.parent.name == "layers"
        for row in pq.read_table(path).to_pylist()
    ]
    assert stored
    assert not [row for row in stored if "X123450" in str(row)]


def test_layers_and_events_are_taken_together(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    own.publish(make_frame(3, source_id=["r0", "r1", "r2"]))
    publish(own, make_features())
    before = other.warehouse.snapshot.version
    taken = pass_on(own, other, packages)
    assert (taken.counts.added, taken.layers.added, taken.version) == (3, 1, before + 1)
    assert taken.for_record()["layers_added"] == 1
    stored, _ = other.room.exchanges.packages("JTF")[0], own.room.exchanges.packages("DPS")[0]
    assert (stored.n, stored.layers, stored.more) == (3, 1, {})
    own.remove(["r1"])
    assert pass_on(own, other, packages, hours=1).counts.withdrawn == 1
    assert len(layers_at(other)) == 1


def test_what_was_lost_is_asked_for_whole(
    offices: tuple[Office, Office, Office], packages: Path
) -> None:
    own, other, _ = offices
    layer = publish(own, make_features())
    publish(own, make_features(), title="Roads")
    pass_on(own, other, packages)
    pass_on(other, own, packages)
    for path in (other.settings.data / DATASET_FOLDER / "given_layers_jtf").rglob("*.parquet"):
        flip_bit(path)
    repair(other.settings)
    retire_layer(own.settings, layer.id, by="Ana")
    package = own.give(other, packages, at=NOW + HOUR)
    with pytest.raises(StoreError, match="damaged and in quarantine: ask it for everything"):
        other.take(package, at=NOW + HOUR)
    pass_on(own, other, packages, hours=2, whole=True)
    assert [*layers_at(other)] == ["Roads (JTF)"]
    pass_on(other, own, packages, hours=2)
    assert pass_on(own, other, packages, hours=3).layers.for_record() == {}


def test_shown_layers_go_to_a_partner_and_back_off_its_map_by_the_commands(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    """The sandbox converts them, as `cop exchange import` does."""
    own, other = (open_office(bare_warehouse, tmp_path, code) for code in ("JTF", "DPS"))
    own.meet(other, parts=())
    other.meet(own, parts=())
    layer = publish(own, make_features(panels=[1, 2, 3, 4], passport_no=["X1234567"] * 4))
    policies = {code: write_policy(tmp_path, code) for code in CODES}

    def run(office: Office, *words: object) -> str:
        policy = () if words[0] == "layer" else ("--access", policies[office.code])
        done = invoke(*words, "--data", office.settings.data, *policy)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    def pass_on(name: str) -> tuple[str, str, str]:
        path = tmp_path / name
        return (
            run(own, "exchange", "export", "DPS", path),
            run(other, "exchange", "open", path),
            run(other, "exchange", "import", path),
        )

    rules = run(own, "partner", "give", "DPS", "--part", "layers", "--precision", "1km")
    assert "layers     none: a layer is given with exact positions or not at all" in rules
    assert "0 records, 0 withdrawn, 0 requests" in pass_on("none.coppkg")[0]
    run(own, "partner", "give", "DPS", "--precision", "exact")
    given, seen, taken = pass_on("first.coppkg")
    assert "1 layers, 0 layers withdrawn" in given
    assert "layers     1, 0 withdrawn" in seen
    assert "layer      Towers, of JTF: 4 features, TLP:GREEN  JTF" in seen
    assert "left out   passport_no: about persons" in seen
    assert "layers: 1 added, 0 changed, 0 withdrawn" in taken
    assert "about persons: passport_no" in taken
    (listed,) = run(other, "layer", "list").splitlines()
    assert "Towers (JTF)  published, revision 1 by DPS" not in listed
    assert "Towers (JTF)  published, revision 1 by JTF, 4 features" in listed
    assert listed.endswith("From JTF")
    run(own, "layer", "retire", layer.id)
    assert "1 withdrawn" in pass_on("second.coppkg")[2]
    assert layers_at(other) == {}
    for office in (own, other):
        office.close()


@dataclass
class LayerTable:
    """The offices of one history with their layers, packages on the way, and the model."""

    offices: Mapping[str, Office]
    model: Model
    packages: Path
    random: Random
    at: datetime = NOW
    ids: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, Path]] = field(default_factory=list)

    def publish(self) -> None:
        """Publish a new layer of an office, or the next revision of one that it has."""
        code = self.random.choice(CODES)
        own = self.model.own[code]
        id = self.random.choice([*own, f"{code}{len(self.ids)}"])
        marking = own[id].marking if id in own else self.random.choice(LABELS)
        record = Record(
            id, "rescue", self.random.randrange(9), self.random.choice([*COUNTIES]), marking, 0
        )
        features = make_features(
            [shapely.Point(COUNTIES[record.county])],
            panels=[record.count],
            occurred_at=[NOW - timedelta(days=1)],
        )
        layer = publish(
            self.offices[code], features, layer_id=self.ids.get(id), title=id, marking=marking
        )
        own[id], self.ids[id] = record, layer.id

    def retire(self) -> None:
        code = self.random.choice(CODES)
        own = self.model.own[code]
        if own:
            id = self.random.choice(sorted(own))
            retire_layer(self.offices[code].settings, self.ids.pop(id), by="Ana")
            del own[id]

    def mark(self) -> None:
        """Mark a layer of an office anew, higher or lower."""
        code = self.random.choice(CODES)
        own = self.model.own[code]
        id = self.random.choice([*own, ""])
        marking = self.random.choice(LABELS)
        if id and own[id].marking != marking:
            source = f"layer_{self.ids[id]}"
            settings = self.offices[code].settings
            change_marking(settings, source, marking, by="Ana", reason="decided")
            own[id] = replace(own[id], marking=marking)

    def give(self) -> None:
        giver, taker = self.random.choice(sorted(self.model.rules))
        self.at += HOUR
        whole = self.random.random() < 0.2
        package = self.offices[giver].give(
            self.offices[taker], self.packages, at=self.at, whole=whole
        )
        self.sent.append((taker, package))

    def take(self) -> None:
        """Receive any package that was ever sent: it may be lost, late, or come again."""
        if self.sent:
            taker, package = self.random.choice(self.sent[-6:])
            words = ("received before", "older than", "was not received")
            try:
                self.offices[taker].take(package, at=self.at)
            except PackageError as refusal:
                assert any(one in str(refusal) for one in words), refusal

    def settle(self) -> None:
        """Let everybody give to everybody until no package has anything."""
        for _ in range(6):
            self.at += HOUR
            taken = [
                self.offices[taker].take(
                    self.offices[giver].give(self.offices[taker], self.packages, at=self.at),
                    at=self.at,
                )
                for giver, taker in sorted(self.model.rules)
            ]
            if not any(one.package.layers + one.package.layers_withdrawn for one in taken):
                return
        raise AssertionError("packages still have something after 6 rounds")

    def found_at(self, code: str) -> list[tuple[str, str, str, int]]:
        """What an office has of layers: origin, title, marking, and what their features say."""
        office = self.offices[code]
        return sorted(
            (
                layer.received.origin if layer.received else code,
                layer.received.title if layer.received else layer.declared.title,
                layer.declared.marking,
                features_at(office, layer, "panels")[0][0],
            )
            for layer in layers_at(office).values()
        )


def play_layers(bare: Path, folder: Path, random: Random, *, steps: int) -> int:
    """Play a history and compare what each office has with the model; return how many layers."""
    offices = {code: open_office(bare, folder, code, convert=convert_here) for code in CODES}
    rules = {(a, b): draw_rules(random) | {"kinds": ()} for a in CODES for b in CODES if a != b}
    for (a, b), stated in rules.items():
        offices[a].meet(offices[b], parts=("layers",), **stated)
    packages = folder / "packages"
    packages.mkdir()
    table = LayerTable(offices, Model(rules), packages, random)
    acts = (table.publish, table.publish, table.retire, table.mark, table.give, table.take)
    for act in (table.publish, table.publish, table.publish, *random.choices(acts, k=steps)):
        act()
    table.settle()
    settled, n = table.model.settle(), 0
    for code in CODES:
        expected = sorted((o, r.id, r.marking, r.count) for o, r in settled[code])
        assert table.found_at(code) == expected, code
        n += sum(origin != code for origin, *_ in expected)
    for office in offices.values():
        office.close()
    return n


@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, 8), *(pytest.param(seed, 24, marks=pytest.mark.full) for seed in range(2, 6))],
)
def test_each_server_has_the_layers_that_the_rules_grant_it(
    bare_warehouse: Path, tmp_path: Path, seed: int, steps: int
) -> None:
    random = Random(seed)  # noqa: S311 the same for a seed
    assert play_layers(bare_warehouse, tmp_path, random, steps=steps) > 0
