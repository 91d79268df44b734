"""Streamlit's page with our rail in it: there from the first paint, where the rail will stand."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cop.access.policy_file import Action
from cop.resource import package_path
from cop.server.streamlit_options import read_options

Endpoint = Callable[[Request], Awaitable[Response]]
FindRights = Callable[[Request], frozenset[Action]]
_PAGES_CACHED: Final = 256
_SCRIPT = '<script type="module" src="/assets/rail.js"></script>'
_EARLY_SCRIPT = '<script type="module" src="/assets/early.js"></script>'
_SESSION_SCRIPT = '<script type="module" src="/assets/session.js"></script>'
_HEADERS = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, kw_only=True)
class EarlyMap:
    """What the browser loads of the map before it is mounted, as addresses, on which pages.

    ``register`` has the server answer with it.
    """

    pages: frozenset[str]
    module: str
    deck: str
    worker: str
    register: Callable[[], object]

    @property
    def html(self) -> str:
        """The elements of a page's head; the page's own files go before what is loaded here."""
        named = {"module": self.module, "deck": self.deck, "worker": self.worker}
        loaded = (
            f'<link rel="modulepreload" href="{escape(self.module)}" fetchpriority="low">'
            f'<link rel="preload" as="script" href="{escape(self.deck)}" fetchpriority="low">'
        )
        return (
            f'<meta name="cop-early" content="{escape(json.dumps(named))}">{loaded}{_EARLY_SCRIPT}'
        )


@dataclass(frozen=True, kw_only=True)
class Rail:
    """The groups of the rail, each with titles and addresses of its pages; ``bare`` have none.

    ``needs`` says which action a page is for, by its address.
    """

    groups: Mapping[str, Sequence[tuple[str, str]]]
    bare: frozenset[str] = frozenset()
    needs: Mapping[str, Action] = field(default_factory=dict)

    def open_to(self, rights: frozenset[Action]) -> "Rail":
        """Return the rail of who has these rights: without the pages that need others."""
        groups = {
            group: [page for page in pages if self.needs.get(page[1], "see") in rights]
            for group, pages in self.groups.items()
        }
        return replace(self, groups={group: own for group, own in groups.items() if own})


def build_page_routes(
    index: Path,
    rail: Rail,
    paths: Iterable[str],
    *,
    has_session: bool = False,
    find_rights: FindRights,
    early: EarlyMap | None = None,
) -> list[Route]:
    """Return the routes of the pages, which answer with Streamlit's page and the rail.

    ``find_rights`` returns what the viewer of a request may do.
    """

    @lru_cache(_PAGES_CACHED)
    def build(path: str, rights: frozenset[Action]) -> str:
        own = early if early is not None and path in early.pages else None
        if own is not None:
            own.register()
        page = build_page(index, rail.open_to(rights), path, has_session=has_session)
        return page if own is None else page.replace("</head>", f"{own.html}</head>", 1)

    return [Route(path, _answering(partial(build, path), find_rights)) for path in paths]


def build_page(index: Path, rail: Rail, path: str, *, has_session: bool = False) -> str:
    """Return Streamlit's page for one address, with the rail unless it is bare.

    With ``has_session`` it notices when the session is over.
    """
    page = index.read_text(encoding="utf-8")
    bare = path in rail.bare
    style = build_style("page") + build_style("bare" if bare else "rail")
    script = _SESSION_SCRIPT if has_session else ""
    page = page.replace("</head>", f"<style>{style}</style>{script}</head>", 1)
    added = f"{build_rail(rail, path)}{_SCRIPT}"
    return page if bare else page.replace("</body>", f"{added}</body>", 1)


def build_rail(rail: Rail, path: str) -> str:
    """Return the rail as HTML, with the page of that address marked."""
    groups = "".join(
        f"<p>{escape(group)}</p><ul>{''.join(_build_link(*page, path) for page in pages)}</ul>"
        for group, pages in rail.groups.items()
    )
    return f'<nav class="cop-rail" aria-label="App pages">{groups}</nav>'


def build_style(name: str) -> str:
    """Return a style sheet of ours with the colors of Streamlit's options."""
    sheet = package_path("cop", "server", "asset", f"{name}.css").read_text(encoding="utf-8")
    options = read_options()
    colors = {
        f"{theme}_{part}": options[f"theme.{theme}.{part}"]
        for theme in ("dark", "light")
        for part in ("backgroundColor", "secondaryBackgroundColor", "textColor", "borderColor")
    }
    return Template(sheet).substitute(colors, font=options["theme.font"])


def _build_link(title: str, address: str, path: str) -> str:
    current = ' aria-current="page"' if address == path else ""
    return f'<li><a href="{escape(address)}"{current}>{escape(title)}</a></li>'


def _answering(build: Callable[[frozenset[Action]], str], find_rights: FindRights) -> Endpoint:
    async def answer(request: Request) -> Response:
        return HTMLResponse(build(find_rights(request)), headers=_HEADERS)

    return answer
