"""A patch of Streamlit: what a press began is not cut short by another run of the page.

Streamlit looks for a newer request whenever a page draws something or reads its session, and gives
up the run for it. In the midst of a callback, or after a press was taken, what was pressed for
would be lost without a word.
"""

from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
)


class StreamlitRequestsPatch(ScriptRequests):
    """What a session is asked to run next; it waits for callbacks and runs that go to their end."""

    _runs_to_end = False

    def run_to_end(self) -> None:
        """Let the run go on to its end, or until it asks for another itself."""
        self._runs_to_end = True

    def request_rerun(self, new_data: RerunData) -> bool:
        """Ask for a run; what such a run itself asks for ends it."""
        self._runs_to_end = self._runs_to_end and not self._is_asked_within()
        return super().request_rerun(new_data)

    def request_stop(self) -> None:
        """Ask for no further run; what such a run itself asks for ends it."""
        self._runs_to_end = self._runs_to_end and not self._is_asked_within()
        super().request_stop()

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """Return what the run has to make room for, or None."""
        running = get_script_run_ctx(suppress_warning=True)
        # Callbacks come before the script.
        is_begun = running is not None and running.has_script_started
        return super().on_scriptrunner_yield() if is_begun and not self._runs_to_end else None

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """Return what to run when no run is under way."""
        self._runs_to_end = False
        return super().on_scriptrunner_ready()

    def _is_asked_within(self) -> bool:
        running = get_script_run_ctx(suppress_warning=True)
        return running is not None and running.script_requests is self


def install_requests_patch() -> None:
    """Use these requests for every run from now on."""
    script_runner.ScriptRequests = StreamlitRequestsPatch  # type: ignore[attr-defined, misc]
