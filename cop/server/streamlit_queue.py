"""The one patch of Streamlit: its queue drops messages that a page still needs.

It holds for Streamlit 1.67, whose code it was read against; tests/server/test_streamlit_queue.py
fails where another version is installed, and where Streamlit has mended a fault.
"""

from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

STREAMLIT_VERSION = "1.67.0"


class StreamlitQueuePatch(ForwardMsgQueue):
    """A queue of messages that leaves no gap when a run begins before they were sent.

    Where a fragment is run again, Streamlit takes back what the page's run drew of it; what stands
    below then comes without what stands above, and the page falls silent ("Bad delta path index").
    Where a whole run begins, it takes back the answer where a dropped file is to be sent.
    """

    def clear(
        self, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        """Take back what a new run draws anew; of a fragment's run that is nothing."""
        if fragment_ids_this_run is not None:
            super().clear(retain_lifecycle_msgs, [])
            return
        answers = [one for one in self._queue if one.HasField("file_urls_response")]
        super().clear(retain_lifecycle_msgs)
        if retain_lifecycle_msgs:
            self._queue += answers


def install_queue_patch() -> None:
    """Let every session from now on have such a queue."""
    app_session.ForwardMsgQueue = StreamlitQueuePatch  # type: ignore[attr-defined, misc]
