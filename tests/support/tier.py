"""The two tiers: what a test reaches through its fixtures and helpers decides which is its own."""

import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, ModuleType
from typing import Any

SANDBOX = {"bwrap", "cop.ingest.sandbox.worker"}
SANDBOXED = ("cop.ingest.upload.", "cop.ingest.sandbox.")
_HEAVY_MODULES = ("subprocess", "multiprocessing", "playwright")


def reaches_process(functions: Iterable[Callable[..., Any]]) -> bool:
    """Whether any of these functions of tests leads to a browser or a process of its own."""
    waiting, seen = [inner for function in functions for inner in _functions(function)], set()
    while waiting:
        function = waiting.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        for found in _named(function):
            if _starts_process(_module_name(found)):
                return True
            if _module_name(found).startswith("tests."):
                waiting.extend(_functions(found))
    return False


def _named(function: Any) -> Iterator[Any]:
    """Yield what a function names of its module, and of the modules that it names."""
    names = set(_names(function.__code__))
    known = [function.__globals__[name] for name in names if name in function.__globals__]
    for cell in function.__closure__ or ():
        known.append(cell.cell_contents)
    yield from known
    for found in known:
        if isinstance(found, ModuleType) and found.__name__.startswith("tests."):
            yield from (vars(found)[name] for name in names if name in vars(found))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _functions(found: Any) -> list[Any]:
    """Return the functions behind a name: a class's methods, what a decorated one wraps."""
    if isinstance(found, type):
        return [f for member in vars(found).values() for f in _functions(member)]
    found = getattr(found, "__func__", getattr(found, "fget", found))
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return [found] if hasattr(found, "__code__") else []


def _starts_process(module: str) -> bool:
    """Whether a module is one that starts processes, or one of the program's that uses it."""
    if module.startswith("cop.") and not module.startswith(SANDBOXED):
        return "subprocess" in vars(sys.modules[module])
    return module.startswith(_HEAVY_MODULES)


def _module_name(found: Any) -> str:
    name = found.__name__ if isinstance(found, ModuleType) else getattr(found, "__module__", "")
    return name if isinstance(name, str) else ""


class ProcessGuard:
    """Refuses a process that a quick test would start; the sandbox of the program is none."""

    def __init__(self) -> None:
        self.quick: str | None = None

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        """Hear of what Python does: an audit hook, which can be added once and never removed."""
        if event != "subprocess.Popen" or self.quick is None:
            return
        command = [str(part) for part in given[1] or ()]
        if not SANDBOX.intersection([*command, command[0].rpartition("/")[2]]):
            raise ProcessRefusedError(f"{self.quick} is a quick test and starts {command}")


class ProcessRefusedError(BaseException):
    """A quick test starts a process: it needs a helper of tests/support, or the marker full."""
