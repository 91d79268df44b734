"""One round of the attack on board and pages, on the real server; `make attack` has many."""

import os
from pathlib import Path

import pytest

from tests.attack.board import PER_ROUND, attack_board
from tests.support.command import serving
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.trust

ROUNDS = int(os.environ.get("COP_ATTACK_ROUNDS", "1"))


def test_random_messages_and_addresses_stop_nobody(warehouse_dir: Path, tmp_path: Path) -> None:
    copy_warehouse(warehouse_dir, tmp_path / "warehouse")
    log = tmp_path / "log.txt"
    with serving(tmp_path / "warehouse", log) as base:
        report = attack_board(base, rounds=ROUNDS, seed=15)
    assert report.faults == [], report.seed
    assert sum(one.tried for one in report.tallies.values()) >= ROUNDS * PER_ROUND
    assert "Traceback" not in log.read_text(), log.read_text()[-5_000:]
