"""The documents as plain pages: everything is escaped, nothing is loaded from elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from cop.exchange.ogc.feature import describe_item
from cop.exchange.ogc.link import Document, build_address
from cop.layerkind.service.collection import Collection
from cop.query.item.page import Item, ItemPage

_CSS: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;"
    "max-width:75rem;padding:1rem}table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{border:1px solid #8888;padding:.2rem .5rem;text-align:left;vertical-align:top}"
    ".marking{border:2px solid;display:inline-block;font-weight:700;padding:0 .5rem}"
)
_MOST_TEXT: Final = 300


def render_document(title: str, document: Document) -> bytes:
    """Return a document with its links, then its other members."""
    members = {name: value for name, value in document.items() if name != "links"}
    return _render(title, _links(document.get("links", ())), _table_of(members))


def render_collections(document: Document, base: str) -> bytes:
    """Return the list of collections, each with its marking."""
    rows = [
        (
            _anchor(
                build_address(base, "collections", one["id"], query=[("f", "html")]), one["id"]
            ),
            escape(one["title"]),
            escape(_name_marking(one["marking"], one["synthetic"])),
            escape(one["description"]),
        )
        for one in document["collections"]
    ]
    heads = ("Collection", "Title", "Marking", "Content")
    return _render("Collections", _links(document["links"]), _table(heads, rows))


def render_page(collection: Collection, page: ItemPage, links: Sequence[Document]) -> bytes:
    """Return a page of features as a table."""
    rows = [describe_item(collection, item) for item in page.items]
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [
        (escape(item.id), *(escape(_text(row.get(name))) for name in names))
        for item, row in zip(page.items, rows, strict=True)
    ]
    counted = f"<p>{len(page.items):,} of {page.matched:,} features.</p>"
    table = _table(("id", *names), cells) if cells else ""
    return _render(collection.layer.title, _banner(collection), counted, _links(links), table)


def render_item(collection: Collection, item: Item, links: Sequence[Document]) -> bytes:
    """Return one feature as a table of its properties."""
    own = {"id": item.id, **describe_item(collection, item)}
    title = f"{collection.layer.title}: {item.id}"
    return _render(title, _banner(collection), _links(links), _table_of(own))


def _banner(collection: Collection) -> str:
    words = _name_marking(collection.marking, collection.synthetic)
    return f'<p class="marking">{escape(words)}</p>'


def _name_marking(marking: str, synthetic: bool) -> str:
    return f"SYNTHETIC {marking}" if synthetic else marking


def _render(title: str, *parts: str) -> bytes:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_CSS}</style>'
        f"</head><body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )
    return page.encode()


def _links(links: Iterable[Document]) -> str:
    items = (
        f"<li>{_anchor(one['href'], one.get('title') or one['rel'])} ({escape(one['rel'])})</li>"
        for one in links
    )
    return f"<ul>{''.join(items)}</ul>"


def _anchor(href: str, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def _table_of(members: Mapping[str, Any]) -> str:
    rows = [(escape(name), escape(_text(value))) for name, value in members.items()]
    return _table(("Property", "Value"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are HTML."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))[:_MOST_TEXT]
    return "" if value is None else str(value)[:_MOST_TEXT]
