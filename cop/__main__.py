"""The command line: every file of cop/command adds its commands."""

from importlib import import_module
from pkgutil import iter_modules

from cop import command
from cop.command.base import app

for _found in iter_modules(command.__path__):
    import_module(f"{command.__name__}.{_found.name}")

if __name__ == "__main__":
    app()
