"""The documents name what is there: every path of the program and every dotted name in them."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import reduce
from typing import Any

import pytest
import typer
from pydantic_settings import BaseSettings

from cop import settings
from cop.__main__ import app
from cop.app import page_paths
from cop.server.route import OPEN_PATHS
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.house

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in sorted((CHECKOUT / "docs").glob("*.md"))),
)
EXAMPLES = {
    "cop/ingest/source/ltsv.py",
    "cop/layerkind/busiest.py",
    "data/profiles/county_rescues.yaml",
    "layers/busiest.py",
    "layers/river.py",
    "pages/Name.py",
}
"""Files that a document tells its reader to write."""
_FOLDERS = "cop|layers|pages|data/regions|data/profiles|docs|tests"
_PATH = re.compile(rf"`((?:{_FOLDERS})/[\w./-]*)`")
_NAME = re.compile(r"`(cop(?:\.\w+)+)`")
_LINK = re.compile(r"\]\(([^)#:]*)(?:#([\w-]+))?\)")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_BRITISH = re.compile(
    r"\b(\w*colour\w*|grey\w*|cent(?:re|imetre)s?|(?:kilo)?metres?|neighbour\w*|licences?|modelled"
    r"|(?:recogn|optim|organ|author|discret)is\w+)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def read_document(name: str) -> str:
    """The text of a document."""
    return (CHECKOUT / name).read_text(encoding="utf-8")


def find_named(name: str) -> Any:
    """The module, or what is in one; AttributeError or ImportError where there is none."""
    parts = name.split(".")
    for split in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        return reduce(_member, parts[split:], module)
    raise ModuleNotFoundError(name)


def _member(owner: Any, name: str) -> Any:
    if is_dataclass(owner) and name in {field.name for field in fields(owner)}:
        return None
    return getattr(owner, name)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_paths_that_a_document_names_exist(document: str) -> None:
    named = set(_PATH.findall(read_document(document))) - EXAMPLES
    assert sorted(path for path in named if not (CHECKOUT / path).exists()) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_names_that_a_document_names_exist(document: str) -> None:
    missing = []
    for name in sorted(set(_NAME.findall(read_document(document)))):
        try:
            find_named(name)
        except (AttributeError, ImportError):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_links_of_a_document_lead_somewhere(document: str) -> None:
    own = CHECKOUT / document
    for link, anchor in set(_LINK.findall(read_document(document))):
        target = own.parent / link if link else own
        assert target.exists(), link
        if anchor:
            headings = _HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in {_slug(heading) for heading in headings}, f"{link}#{anchor}"


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_a_document_has_us_spelling(document: str) -> None:
    assert _BRITISH.findall(_CODE.sub("", read_document(document))) == []


def _slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError):
        find_named("cop.query.view.View.nothing")
    with pytest.raises(ImportError):
        find_named("nothing.at.all")
    assert find_named("cop.query.view.View.of")


def test_the_walk_names_the_steps_of_a_filter_and_of_a_file() -> None:
    named = set(_NAME.findall(read_document("docs/architecture.md")))
    assert {"cop.query.view.View.of", "cop.store.catalogue.transaction.open_transaction"} <= named
    assert len(named) >= 50


def test_shown_the_readme_is_short_and_leads_with_two_commands() -> None:
    text = read_document("README.md")
    assert len(text.splitlines()) <= 120
    (block,) = re.findall(r"## Two commands\n\n```sh\n(.*?)```", text, re.DOTALL)
    assert re.findall(r"^make (\w+)", block, re.MULTILINE) == ["run", "test"]
    assert all(path.name in text for path in (CHECKOUT / "docs").glob("*.md"))


def find_commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be given, as its words."""
    if getattr(command, "commands", None):
        for name, inner in command.commands.items():
            yield from find_commands(inner, (*path, name))
    if not getattr(command, "commands", None) or command.invoke_without_command:
        yield path


def test_every_command_has_its_row() -> None:
    text = read_document("docs/commands.md")
    found = [path for path in find_commands(typer.main.get_command(app)) if path]
    assert len(found) >= 40
    for first, *rest in found:
        rows = [line for line in text.splitlines() if f"`cop {first}" in line]
        assert any({*rest} <= {*re.split(r"[^\w-]+", row)} for row in rows), (first, *rest)


def test_every_setting_has_its_row() -> None:
    text = read_document("docs/settings.md") + read_document("docs/upload.md")
    kinds = [kind for kind in vars(settings).values() if isinstance(kind, type)]
    names = {
        f"COP_{name.upper()}"
        for kind in kinds
        if issubclass(kind, BaseSettings) and kind is not BaseSettings
        for name in kind.model_fields
    }
    assert len(names) >= 30
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_every_address_has_its_row() -> None:
    text = read_document("docs/http.md")
    assert [path for path in (*page_paths(), *OPEN_PATHS) if f"`{path}" not in text] == []
