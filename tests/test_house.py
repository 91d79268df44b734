"""How the program is put together: what holds for every file of it, read from its source."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from inspect import getmembers, isclass
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from cop import settings
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.house

SHARED = {
    "cop.app.SERVED": "the server hands its context to the script, which Streamlit runs by path",
    "cop.interrupt.CURRENT": "a query finds the work that it is of, past layers that know of none",
    "cop.analysis.sight.footprint._TURN": "rasterio in threads loses the place of an array",
    "cop.ingest.symbol.draw._LOCK": "the package milsymbol keeps what it draws with in globals",
    "cop.ingest.symbol.draw._DRAWN": "one pass of a large table draws all symbols of a batch",
    "cop.store.catalogue.lake.TURN": "SQLite's locks of one process do not wait for each other",
    "cop.store.room.schema._ONE_UPGRADE": "Alembic keeps the upgrade that is under way in a global",
    "cop.store.connection.SILENCES": "all connections of a process know that a database is silent",
    "cop.store.engine._checked": "DuckDB checks an extension's signature once for a process",
}
"""What modules share while the program runs, each with why it cannot be handed on."""
SUBPROCESSES = {"cop.server.compaction", "cop.ingest.sandbox", "cop.bench"}
MUTATING = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "move_to_end",
    "pop", "popitem", "remove", "setdefault", "update",
}  # fmt: skip
LOCKS = {"Lock", "RLock", "Condition", "Event", "Semaphore", "Queue", "ContextVar", "local"}
STORES = {"LRUCache", "TTLCache", "WeakKeyDictionary", "WeakValueDictionary", "deque"}
KINDS_OF_PAGE = ("file", "function", "string")
FILE_READERS = {"pyarrow", "geopandas", "pyogrio", "rasterio", "fiona"}
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def read_modules() -> dict[str, ast.Module]:
    """Every module of the program by its dotted name."""
    paths = (
        path for part in ("cop", "layers", "pages") for path in CHECKOUT.glob(f"{part}/**/*.py")
    )
    return {_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


MODULES = read_modules()


def imports_of(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers(*names: str, among: str = "") -> dict[str, set[str]]:
    """The modules below ``among`` that import one of those packages, with what they import."""
    found = {}
    for module, tree in MODULES.items():
        if module.startswith(among):
            hits = {i for i in imports_of(tree) if any(f"{i}.".startswith(f"{n}.") for n in names)}
            if hits:
                found[module] = hits
    return found


def test_shown_no_class_name_is_defined_twice() -> None:
    places = defaultdict(list)
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_shown_pages_and_server_know_nothing_of_each_other() -> None:
    assert importers("cop.server", among="cop.ui") == {}
    assert importers("cop.ui", "pages", among="cop.server") == {}
    assert importers("cop.app", among="cop.ui") == {}
    assert importers("cop.app", among="cop.server") == {}


def test_shown_settings_are_read_in_one_place() -> None:
    kinds = {n for n, kind in getmembers(settings, isclass) if issubclass(kind, BaseSettings)}
    readers = set()
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in kinds:
                readers.add(module)
    assert readers <= {"cop.app", "cop.bench.sample"}, "the bench's warehouse is its own"
    assert {m.split(".")[1] for m in importers("cop.app.build_settings")} == {"cli"}


def test_shown_no_module_has_mutable_globals() -> None:
    found = {f"{name}.{one}" for name, tree in MODULES.items() for one in mutable_globals(tree)}
    assert found == set(SHARED)


@pytest.mark.parametrize(
    "source",
    [
        "held = {}\ndef keep(x): held[x] = 1",
        "HELD = {}\ndef keep(x): HELD.update(x)",
        "held: list[int] = []",
        "import threading\n_GUARD = threading.Lock()",
        "n = 0\ndef more():\n    global n\n    n += 1",
        "class Slot: pass\nSLOT = Slot()\ndef keep(x): SLOT.one = x",
        "from cachetools import LRUCache\n_KEPT = LRUCache(9)",
    ],
)
def test_a_mutable_global_is_found(source: str) -> None:
    assert len(set(mutable_globals(ast.parse(source)))) == 1


def test_a_table_that_is_only_read_is_no_mutable_global() -> None:
    source = "WORDS = {'a': 1}\ndef read(x):\n    own = {}\n    own[x] = WORDS[x]\n    return own"
    assert set(mutable_globals(ast.parse(source))) == set()


def test_shown_pages_open_no_data_file() -> None:
    assert importers(*FILE_READERS, among="cop.ui") == {}
    assert importers(*FILE_READERS, among="pages") == {}
    calls = {
        f"{module}: {ast.unparse(node.func)}"
        for module, tree in MODULES.items()
        if module.startswith(("cop.ui", "pages"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("pd.read_")
    }
    assert calls == set()


def test_other_processes_are_started_in_few_places() -> None:
    starting = importers("subprocess", "multiprocessing", "runpy")
    assert {
        m for m in starting if not any(f"{m}.".startswith(f"{s}.") for s in SUBPROCESSES)
    } == set()


def mutable_globals(tree: ast.Module) -> Iterator[str]:
    """Names of a module that hold what changes: locks, stores, containers that are written to.

    A lower-case container counts as it is; an upper-case one is a table, until a function writes.
    """
    values = dict(_assigned(tree))
    for name, value in values.items():
        call = ast.unparse(value.func).split(".")[-1] if isinstance(value, ast.Call) else ""
        container = isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp)
        constant = name.startswith("__") or name.strip("_").isupper()
        if call in LOCKS | STORES or (
            (container or call in {"dict", "list", "set"}) and not constant
        ):
            yield name
    yield from _written(tree, set(values))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value  # type: ignore[union-attr, misc]


def _written(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Names of the module that the functions below a node write to."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield from _written(child, names - _own_names(child))
            continue
        if isinstance(child, ast.Global):
            yield from child.names
        held = None
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            held = child.func.value if child.func.attr in MUTATING else None
        elif isinstance(child, ast.Subscript | ast.Attribute) and not isinstance(
            child.ctx, ast.Load
        ):
            held = child.value
        if isinstance(held, ast.Name) and held.id in names:
            yield held.id
        yield from _written(child, names)


def _own_names(function: Function) -> set[str]:
    shared = {n for node in ast.walk(function) if isinstance(node, ast.Global) for n in node.names}
    arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    stored = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return (arguments | stored) - shared


def test_a_page_in_a_test_has_time() -> None:
    """Streamlit gives up on a page after 3 s, which a busy machine needs."""
    hasty = [
        f"{path.relative_to(CHECKOUT)}:{call.lineno}"
        for path in (CHECKOUT / "tests").rglob("*.py")
        if "AppTest.from_" in (text := path.read_text())
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in {f"AppTest.from_{kind}" for kind in KINDS_OF_PAGE}
        if "default_timeout" not in {word.arg for word in call.keywords}
    ]
    assert hasty == []
