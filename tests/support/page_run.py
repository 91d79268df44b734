"""Pages run in this process: all that a run sends to its browser, and the files that it offers."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

import streamlit as st
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest, local_script_runner

from cop.access.page_owner import PageOwners
from cop.app import list_pages
from cop.context import AppContext

PATIENCE_SECONDS = 120


def _script() -> None:
    import streamlit as st

    from cop.ui.app import run

    run(*st.session_state["given"])


class PageRuns:
    """Runs pages for whoever a cookie is of, and notes messages and files; one at a time."""

    def __init__(self) -> None:
        self._cookies: Mapping[str, str] = {}
        self._sent: list[bytes] = []
        self._patches = ExitStack()

    def __enter__(self) -> Self:
        sent, patches = self._sent, self._patches
        parse = local_script_runner.parse_tree_from_messages
        load, defer = MemoryMediaFileStorage.load_and_get_id, MediaFileManager.add_deferred

        def note_messages(messages: list[Any]) -> Any:
            sent.extend(message.SerializeToString() for message in messages)
            return parse(messages)

        def note_file(storage: Any, data: Any, *rest: Any, **named: Any) -> str:
            sent.append(data if isinstance(data, bytes) else data.encode())
            return load(storage, data, *rest, **named)

        def note_offer(manager: Any, build: Any, *rest: Any, **named: Any) -> str:
            built = build()
            sent.append(built if isinstance(built, bytes) else built.encode())
            return defer(manager, build, *rest, **named)

        for place, name, ours in (
            (local_script_runner, "parse_tree_from_messages", note_messages),
            (MemoryMediaFileStorage, "load_and_get_id", note_file),
            (MediaFileManager, "add_deferred", note_offer),
            (type(st.context), "cookies", property(lambda _: self._cookies)),
            (type(st.context), "headers", property(lambda _: {})),
        ):
            patches.enter_context(patch.object(place, name, ours))
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._patches.close()

    def open(
        self,
        context: AppContext,
        name: str,
        *,
        cookies: Mapping[str, str],
        address: Mapping[str, str],
        opened: Mapping[str, Any],
    ) -> bytes:
        """Run a page as its browser would; ``opened`` is the state of its controls."""
        self._cookies = cookies
        self._sent.clear()
        page = AppTest.from_function(_script, default_timeout=PATIENCE_SECONDS)
        # Each run is of a session of its own, though all have one id here.
        context = replace(context, page_owners=PageOwners())
        page.session_state["given"] = (context, [p for p in list_pages() if p.stem == name])
        page.query_params.update(address)
        for key, value in opened.items():
            page.session_state[key] = value
        page.run()
        assert not page.exception, [one.value for one in page.exception]
        return b"\n".join(self._sent)
