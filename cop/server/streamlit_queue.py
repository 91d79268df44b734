"""A patch of Streamlit: its queue drops messages that a page still needs.

It is for Streamlit 1.67; tests/server/test_streamlit_queue.py fails for another version, and
when Streamlit has fixed the fault.
"""

from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

STREAMLIT_VERSION = "1.67.0"


class StreamlitQueuePatch(ForwardMsgQueue):
    """A message queue without gaps when a new run starts before they are sent.

    When a fragment reruns, Streamlit drops messages of the page's run that were not sent yet; later
    ones then lack their parents, and the page stops ("Bad delta path index"). When a page reruns,
    it drops the answer that says where to send a dropped file.
    """

    def clear(
        self, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        """Drop the messages that a new run sends again; for a fragment's run, none."""
        if fragment_ids_this_run is not None:
            super().clear(retain_lifecycle_msgs, [])
            return
        answers = [one for one in self._queue if one.HasField("file_urls_response")]
        super().clear(retain_lifecycle_msgs)
        if retain_lifecycle_msgs:
            self._queue += answers


def install_queue_patch() -> None:
    """Use this queue for every session from now on."""
    app_session.ForwardMsgQueue = StreamlitQueuePatch  # type: ignore[attr-defined, misc]
