"""A page whose connection broke is gone on with by whom it was drawn for, and by nobody else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cop.server.allowlist import STREAMLIT_SOCKET
from tests.support.access import Member, add_people, own_access, serving_people
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

_HANG_S = 120


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resumed")
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    add_people(data, "ana", "ben", "cai")
    return data


@pytest.fixture(scope="module")
def base(data: Path) -> Iterator[str]:
    with serving_people(data, data.parent) as base:
        yield base


@contextmanager
def open_page(member: Member, session: str = "") -> Iterator[ClientConnection]:
    """Open the socket of a page, going on with a session if one is named."""
    with connect(
        member.base.replace("http", "ws", 1) + STREAMLIT_SOCKET,
        origin=member.base,  # type: ignore[arg-type]
        additional_headers=member.cookie,
        subprotocols=["streamlit", "none", *([session] if session else [])],  # type: ignore[list-item]
        max_size=2**26,
    ) as socket:
        yield socket


def draw_on(socket: ClientConnection) -> tuple[str, bytes]:
    """Draw a page to its end; return whose it is, and all that was sent."""
    drawn = BackMsg()
    drawn.rerun_script.page_name = "Pictures"
    socket.send(drawn.SerializeToString())
    found, sent = "", b""
    while True:
        frame = socket.recv(timeout=_HANG_S)
        assert isinstance(frame, bytes)
        told, sent = ForwardMsg.FromString(frame), sent + frame
        kind = told.WhichOneof("type")
        if kind == "new_session":
            found = told.new_session.initialize.session_id
        elif kind == "script_finished" and told.script_finished == told.FINISHED_SUCCESSFULLY:
            return found, sent


def draw(member: Member, session: str = "") -> str:
    """Draw a page to its end, going on with a session if one is named; return whose page it is."""
    with open_page(member, session) as socket:
        return draw_on(socket)[0]


def change(data: Path, member: Member, highest: str) -> None:
    """Give a member another highest label, and wait until it holds."""
    with own_access(data) as own:
        own.accounts.change(member.login, by="tests", highest=highest)
    deadline = time.monotonic() + _HANG_S
    while member.ask("/api/session").json()["highest"] != highest:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_shown_a_page_is_gone_on_with_by_whom_it_was_drawn_for_alone(base: str, data: Path) -> None:
    ana, ben = Member(base, "ana"), Member(base, "ben")
    for member in (ana, ben):
        assert member.sign_in().status == 303
    session = draw(ana)
    assert draw(ana, session) == session
    assert draw(ben, session) != session
    assert draw(ana, session) == session
    change(data, ana, "TLP:GREEN")
    anew = draw(ana, session)
    assert anew != session, "what was drawn for other rights is not gone on with"
    assert draw(ana, anew) == anew


def test_shown_what_was_drawn_before_rights_changed_is_gone_on_with_by_nobody(
    base: str, data: Path
) -> None:
    """Not by a run in the socket that is still open, which takes nothing over, nor after it."""
    cai = Member(base, "cai")
    assert cai.sign_in().status == 303
    change(data, cai, "TLP:RED")
    with open_page(cai) as socket:
        session, sent = draw_on(socket)
        assert b"Your rights changed" not in sent
        change(data, cai, "TLP:GREEN")
        with suppress(ConnectionClosed):
            same, sent = draw_on(socket)
            assert same == session
            assert b"Your rights changed" in sent
    anew = draw(cai, session)
    assert anew != session
    assert draw(cai, anew) == anew
