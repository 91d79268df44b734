"""The parts of a running program."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from cop.access.viewer import Viewer
from cop.errors import PartnerError
from cop.model.audit import Actor
from cop.model.giving import GivingRules
from cop.model.uploaded import UploadedLayer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.context import make_context
from tests.support.partner import make_node

pytestmark = pytest.mark.access


def test_room_and_audit_log_are_those_of_the_warehouse(own_warehouse: Path) -> None:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        context = make_context(QueryService(warehouse, tile_cache_mb=1))
        assert context.room is warehouse.room
        with closing(context.audit) as log:
            log.append(Actor(), "take", "board")
            assert log.file.path == own_warehouse / "audit.sqlite"
            assert log.verify().is_whole


def test_a_program_of_a_partner_has_what_its_rules_state_and_nobodys_drafts(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        context = make_context(QueryService(warehouse, tile_cache_mb=1))
        ana = Viewer(
            id="local:ana", name="Ana", agency="DPS", roles=frozenset({"viewer"}),
            highest="TLP:AMBER", verified=True, origin="local",
        )  # fmt: skip
        program = replace(
            ana, id="partner DPS", roles=frozenset(), highest="TLP:GREEN", origin="token",
            partner="DPS",
        )  # fmt: skip
        with pytest.raises(PartnerError, match="no partner 'DPS'"):
            context.answering(program)
        rules = GivingRules(parts=("events",), highest="TLP:AMBER", kinds=("rescue",))
        warehouse.room.partners.add(make_node(tmp_path, "DPS").card, rules=rules)
        release = context.answering(program).service.release
        assert release is not None
        assert (release.agency, release.highest) == ("DPS", "TLP:GREEN")
        assert not release.names_withheld
        assert release.grant is not None
        assert release.grant.rules == rules
        red = context.answering(replace(program, highest="TLP:RED")).service.release
        assert red is not None
        assert red.highest == "TLP:AMBER", "as its rules limit it"
        draft = cast("UploadedLayer", SimpleNamespace(owner="Ana"))
        assert context.answering(ana).service.shows_draft(draft)
        assert not context.answering(program).service.shows_draft(draft), "a card may say any name"
