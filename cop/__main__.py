"""The command line: every file of cop/cli adds its commands."""

from importlib import import_module
from pkgutil import iter_modules

from cop import cli
from cop.cli.base import app

for _found in iter_modules(cli.__path__):
    import_module(f"{cli.__name__}.{_found.name}")

if __name__ == "__main__":
    app()
