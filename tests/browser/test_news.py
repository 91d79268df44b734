"""An open page is run again for what is new, and for nothing else."""

import time
from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.scale, pytest.mark.browser]

QUIET_S = 12


def test_shown_an_open_page_rests_while_nothing_is_new(
    server: str, visit: Callable[..., Visit]
) -> None:
    seen, sent = visit(), list[bytes]()

    def hear(frame: str | bytes) -> None:
        # Text is the board's.
        if isinstance(frame, bytes):
            sent.append(frame)

    seen.page.on("websocket", lambda socket: socket.on("framesent", hear))
    seen.open(f"{server}/?records=synthetic")
    until, before, drawn = time.monotonic() + QUIET_S, len(sent), seen.drawn()
    wait(lambda: seen.ask("true") and time.monotonic() > until, "some seconds without news")
    looks = [BackMsg.FromString(frame).rerun_script for frame in sent[before:]]
    assert len([look for look in looks if look.is_auto_rerun]) >= QUIET_S // 2
    assert len({look.fragment_id for look in looks}) == 3, "events, layers, alerts"
    assert seen.drawn() == drawn, "no script was run"
