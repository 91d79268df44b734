"""Random frames of Streamlit's socket: noise, cut messages, and messages that ask for nonsense."""

from random import Random
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.attack.address import JUNK, draw_pairs

PAGES = (
    "", "Wall", "Alerts", "Changes", "Sectors", "Coverage", "Impact", "Forecast", "Patterns",
    "Pictures", "Compare", "Handout", "Upload", "Data", "Release", "Audit",
)  # fmt: skip
"""Every page by its address; the first is the one at /."""


def draw_frame(random: Random) -> bytes | str:
    """Return a frame; one in four is a message that Streamlit can read."""
    kind = random.random()
    if kind < 0.4:
        return random.randbytes(random.choice((0, 1, 2, 30, 4_000)))
    if kind < 0.5:
        return random.choice(("", "{}", "hello", "\u202e"))
    whole = draw_rerun(random).SerializeToString()
    if kind < 0.75:
        place = random.randrange(1, len(whole))
        return whole[:place] + random.randbytes(random.choice((0, 1, 3))) + whole[place + 1 :]
    return whole


def draw_rerun(random: Random) -> BackMsg:
    """Return the message that asks for a page under a random address."""
    message = BackMsg()
    message.rerun_script.page_name = random.choice((*PAGES, "Nothing", "a" * 300))
    message.rerun_script.query_string = encode_address(draw_pairs(random))
    context = message.rerun_script.context_info
    context.timezone = random.choice(("UTC", "America/Phoenix", "../../etc/passwd", "x" * 300))
    context.url = random.choice(("http://127.0.0.1/", "http://[", "javascript:alert(1)", ""))
    context.locale = random.choice(("en-US", "xx", "\u202e"))
    if random.random() < 0.3:
        widget = message.rerun_script.widget_states.widgets.add()
        junk = "".join(c for c in random.choice(JUNK) if c.isprintable())
        widget.id = random.choice(("", "context", "$$ID-", "$$STREAMLIT_INTERNAL_KEY_")) + junk
        widget.string_value = "x"
    return message


def encode_address(pairs: list[tuple[str, str]]) -> str:
    """Return the query of an address as a browser sends it."""
    return urlencode(pairs, errors="replace")
