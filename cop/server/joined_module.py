"""The JavaScript modules of a folder as one file, so that a browser asks once and not in turns."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cop.errors import CopError

_IMPORT: Final = re.compile(r"^import \{([^{}]*)\} from '\./(\w+)\.js';$", re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (default )?(?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE
)
_OTHER: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class JoinedModules:
    """ASGI middleware that answers at some addresses with a module and all that it imports."""

    def __init__(self, app: ASGIApp, *, modules: Mapping[str, Path]) -> None:
        """Answer for the addresses in ``modules``; everything else goes on to ``app``."""
        self._app, self._modules = app, dict(modules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        entry = self._modules.get(scope["path"]) if is_asked else None
        answer = (
            self._app
            if entry is None
            else Response(join_modules(entry), media_type="text/javascript")
        )
        await answer(scope, receive, send)


@cache
def join_modules(entry: Path) -> str:
    """Return one module that does what ``entry`` does with all modules beside it that it imports.

    Each of them becomes a function with names of its own, in the order in which a browser would
    run them. A module is written as ours are: names are imported in braces and exported where
    they are defined; CopError if one is not.
    """
    order = _order(entry.parent, entry.stem, ())
    parts = [_wrap(entry.with_name(f"{name}.js")) for name in dict.fromkeys(order)]
    names = [(bool(default), name) for default, name in _EXPORT.findall(entry.read_text("utf-8"))]
    last = f"${entry.stem}"
    exported = ", ".join(name for default, name in names if not default)
    given = [f"export const {{{exported}}} = {last};"] if exported else []
    given += [f"export default {last}.default;"] if any(default for default, _ in names) else []
    return "\n".join([*parts, *given, ""])


def _order(folder: Path, name: str, above: tuple[str, ...]) -> list[str]:
    if name in above:
        raise CopError(f"{folder / name}.js imports itself by way of {above[-1]}.js")
    text = (folder / f"{name}.js").read_text("utf-8")
    below = [other for _, other in _IMPORT.findall(text)]
    return [*(one for other in below for one in _order(folder, other, (*above, name))), name]


def _wrap(path: Path) -> str:
    text = path.read_text("utf-8")
    names = [f"default: {n}" if default else n for default, n in _EXPORT.findall(text)]
    body = _EXPORT.sub("", _IMPORT.sub(_take, text))
    if (other := _OTHER.search(body)) is not None:
        raise CopError(f"{path.name} cannot be joined: {other[0]}")
    return f"const ${path.stem} = (() => {{\n{body}\nreturn {{{', '.join(names)}}};\n}})();"


def _take(found: re.Match[str]) -> str:
    return f"const {{{found[1].replace(' as ', ': ')}}} = ${found[2]};"
