"""The command line: every file of cop/cli adds its commands."""

from importlib import import_module
from pkgutil import iter_modules

from cop import cli
from cop.cli.base import app
from cop.scratch import begin_scratch, close_to_others

for _found in iter_modules(cli.__path__):
    import_module(f"{cli.__name__}.{_found.name}")


def main() -> None:
    """Run one command."""
    close_to_others()
    begin_scratch()
    app()


if __name__ == "__main__":
    main()
