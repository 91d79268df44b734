"""Watching what must not happen: connections that are made, a file that is opened."""

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OPENED_OR_READ = 0x20 | 0x01
_NONBLOCK = 0o4000


class Listener:
    """Listens on this machine and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            visitor.close()

    def close(self) -> None:
        self._socket.close()


@contextmanager
def watching(path: Path) -> Iterator["Watch"]:
    """Have the kernel tell whenever a file is opened or read, in whatever namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(_NONBLOCK)
    if libc.inotify_add_watch(handle, os.fsencode(path), _OPENED_OR_READ) < 0:
        raise OSError(ctypes.get_errno(), "no watch")
    try:
        yield Watch(handle)
    finally:
        os.close(handle)


class Watch:
    """What was told of a watched file."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def count(self) -> int:
        """Bytes of events since the last time; 0 is untouched."""
        try:
            return len(os.read(self._handle, 65_536))
        except BlockingIOError:
            return 0
