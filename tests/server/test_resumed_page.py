"""A page whose connection broke is gone on with by whom it was drawn for, and by nobody else."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from cop.server.allowlist import STREAMLIT_SOCKET
from tests.support.access import Member, add_people, own_access, serving_people

pytestmark = pytest.mark.access

_HANG_S = 120


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resumed")
    data = Path(shutil.copytree(bare_warehouse, folder / "warehouse"))
    add_people(data, "ana", "ben")
    return data


@pytest.fixture(scope="module")
def base(data: Path) -> Iterator[str]:
    with serving_people(data, data.parent) as base:
        yield base


def draw(member: Member, session: str = "") -> str:
    """Draw a page to its end, going on with a session if one is named; return whose page it is."""
    drawn = BackMsg()
    drawn.rerun_script.page_name = "Pictures"
    found = ""
    with connect(
        member.base.replace("http", "ws", 1) + STREAMLIT_SOCKET,
        origin=member.base,  # type: ignore[arg-type]
        additional_headers=member.cookie,
        subprotocols=["streamlit", "none", *([session] if session else [])],  # type: ignore[list-item]
        max_size=2**26,
    ) as socket:
        socket.send(drawn.SerializeToString())
        while True:
            told = ForwardMsg.FromString(socket.recv(timeout=_HANG_S))  # type: ignore[arg-type]
            kind = told.WhichOneof("type")
            if kind == "new_session":
                found = told.new_session.initialize.session_id
            elif kind == "script_finished" and told.script_finished == told.FINISHED_SUCCESSFULLY:
                return found


def test_shown_a_page_is_gone_on_with_by_whom_it_was_drawn_for_alone(base: str, data: Path) -> None:
    ana, ben = Member(base, "ana"), Member(base, "ben")
    for member in (ana, ben):
        assert member.sign_in().status == 303
    session = draw(ana)
    assert draw(ana, session) == session
    assert draw(ben, session) != session
    assert draw(ana, session) == session
    with own_access(data) as own:
        own.accounts.change("ana", by="tests", highest="TLP:GREEN")
    deadline = time.monotonic() + _HANG_S
    while ana.ask("/api/session").json()["highest"] != "TLP:GREEN":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    anew = draw(ana, session)
    assert anew != session, "what was drawn for other rights is not gone on with"
    assert draw(ana, anew) == anew
