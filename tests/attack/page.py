"""Pages of a running server, drawn over Streamlit's own socket: no browser, the real scripts."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from cop.server.allowlist import STREAMLIT_SOCKET

PATIENCE_SECONDS = 300
_ENOUGH_BYTES = 2**26


@contextmanager
def open_page_socket(base: str) -> Iterator[ClientConnection]:
    """Connect as a browser does that opens a page."""
    address = base.replace("http", "ws", 1) + STREAMLIT_SOCKET
    with connect(
        address,
        origin=base,  # type: ignore[arg-type]
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=_ENOUGH_BYTES,
        compression=None,
    ) as socket:
        yield socket


def draw_page(base: str, name: str, query: str = "") -> list[str]:
    """Open a page under an address, and return the faults that it shows when it is drawn."""
    message = BackMsg()
    message.rerun_script.page_name = name
    message.rerun_script.query_string = query
    message.rerun_script.context_info.timezone = "UTC"
    message.rerun_script.context_info.url = f"{base}/{name}"
    with open_page_socket(base) as socket:
        socket.send(message.SerializeToString())
        return _read_faults(socket)


def _read_faults(socket: ClientConnection) -> list[str]:
    faults, elements = list[str](), 0
    while True:
        told = ForwardMsg.FromString(socket.recv(timeout=PATIENCE_SECONDS))  # type: ignore[arg-type]
        kind = told.WhichOneof("type")
        if kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            element = told.delta.new_element
            elements += 1
            if element.HasField("exception"):
                faults.append(f"{element.exception.type}: {element.exception.message}")
            if element.HasField("alert") and element.alert.format == element.alert.ERROR:
                faults.append(f"error: {element.alert.body}")
        elif kind == "page_not_found":
            faults.append(f"no page {told.page_not_found.page_name}")
        elif kind == "script_finished" and told.script_finished != told.FINISHED_EARLY_FOR_RERUN:
            return faults if elements else [*faults, "nothing was drawn"]
