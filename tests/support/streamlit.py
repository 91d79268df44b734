"""A Streamlit server of a test's own, with the options that the program serves with."""

import sys
from pathlib import Path

from cop.server.streamlit_options import read_options

STOP_SECONDS = 120


def streamlit_command(script: Path, port: int) -> list[str]:
    """The command that serves a script on a port of this machine."""
    options = read_options() | {"server.port": port}
    flags = (f"--{name}={str(value).lower() if isinstance(value, bool) else value}"
             for name, value in options.items())  # fmt: skip
    return [sys.executable, "-m", "streamlit", "run", str(script), *flags]
