"""XML of strangers: refused with a document type, with entities, or nested too deep."""

from collections.abc import Callable
from typing import Protocol
from xml.parsers import expat

from cop.errors import InputFileError

_MOST_DEPTH = 200
_CHUNK = 1 << 20


class Stream(Protocol):
    """Anything that can be read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Read at most ``size`` bytes."""


def check_xml(stream: Stream, *, file: str, on_start: Callable[[str], None] | None = None) -> str:
    """Read an XML to its end without keeping any of it and give the name of its root.

    ``on_start`` is told every element. Raises InputFileError naming the file and what it holds.
    """
    parser = expat.ParserCreate()
    depth, root = 0, ""

    def start(name: str, _attributes: object) -> None:
        nonlocal depth, root
        depth += 1
        root = root or name
        if depth > _MOST_DEPTH:
            raise InputFileError(f"{file}: elements are nested over {_MOST_DEPTH} deep; refused")
        if on_start is not None:
            on_start(name)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_declared: object) -> None:
        raise InputFileError(
            f"{file}: it declares a document type or entities, which are refused; export it without"
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as fault:
        raise InputFileError(
            f"{file}: not readable as XML: {fault}; export the file again"
        ) from fault
    return root
