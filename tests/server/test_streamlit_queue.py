"""What a session has to send when a run begins: Streamlit drops some of it, our queue does not."""

import pytest
import streamlit
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from cop.server.streamlit_queue import (
    STREAMLIT_VERSION,
    StreamlitQueuePatch,
    install_queue_patch,
)

pytestmark = pytest.mark.table

FRAGMENT = "strip"


def drawn(place: int, *, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, place])
    message.delta.fragment_id = fragment
    message.delta.new_element.text.body = f"element {place}"
    return message


def answer() -> ForwardMsg:
    message = ForwardMsg()
    message.file_urls_response.response_id = "a file"
    return message


def fill(queue: ForwardMsgQueue) -> None:
    for message in (drawn(0), drawn(1, fragment=FRAGMENT), answer(), drawn(2)):
        queue.enqueue(message)


def places(queue: ForwardMsgQueue) -> list[int]:
    sent = queue.flush()
    return [message.metadata.delta_path[1] for message in sent if message.HasField("delta")]


def test_a_run_of_a_fragment_takes_nothing_back_of_what_the_page_drew() -> None:
    queue = StreamlitQueuePatch()
    fill(queue)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[FRAGMENT])
    queue.enqueue(drawn(1, fragment=FRAGMENT))
    assert places(queue) == [0, 1, 2, 1]


def test_a_whole_run_keeps_the_answer_to_a_dropped_file() -> None:
    queue = StreamlitQueuePatch()
    fill(queue)
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.flush() == [answer()]
    assert queue.is_empty()
    fill(queue)
    queue.clear()
    assert queue.is_empty()


def test_it_was_read_against_the_streamlit_that_is_installed() -> None:
    assert streamlit.__version__ == STREAMLIT_VERSION, (
        "read streamlit/runtime/forward_msg_queue.py and app_session.py of this version beside "
        "cop/server/streamlit_queue.py, run the browser tests, then raise STREAMLIT_VERSION and "
        "the bound in pyproject.toml"
    )


REMEDY = "Streamlit has mended this: take its half out of StreamlitQueuePatch; with both, delete it"


def test_streamlit_still_takes_back_what_stands_above_others() -> None:
    queue = ForwardMsgQueue()
    fill(queue)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[FRAGMENT])
    assert places(queue) == [0, 2], REMEDY


def test_streamlit_still_takes_back_the_answer_to_a_dropped_file() -> None:
    queue = ForwardMsgQueue()
    fill(queue)
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty(), REMEDY


def test_a_session_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "ForwardMsgQueue", ForwardMsgQueue)
    install_queue_patch()
    assert app_session.ForwardMsgQueue is StreamlitQueuePatch
