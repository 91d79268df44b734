"""Commands run in this process, and what they print."""

from pathlib import Path

from typer.testing import CliRunner, Result

from cop import __main__ as command


def invoke(*arguments: str | Path) -> Result:
    """Run a command to its end."""
    return CliRunner().invoke(command.app, [str(a) for a in arguments])


def read_refusal(result: Result) -> str:
    """Return the one line of a refusal; nothing but the announcement of a file is before it."""
    lines = [x for x in result.stderr.splitlines() if not x.startswith("reading ")]
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(lines) == 1, lines
    assert lines[0].startswith("cop: ")
    return lines[0]
