"""HDF5 of strangers: refused where a link or a dataset names another file, before it is opened."""

import os
from pathlib import Path
from typing import Any

from cop.errors import InputFileError

MAGIC = b"\x89HDF\r\n\x1a\n"
_MOST_OBJECTS = 100_000


def check_hdf(path: Path, file: str) -> None:
    """Look through all links and datasets without reading any value.

    Raises InputFileError where one leads to another file (external links, external storage,
    virtual datasets), or where the file cannot be looked through. What is no HDF5 passes.
    """
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return
    import h5py

    try:
        with h5py.File(os.fsdecode(path), "r", locking=False) as opened:
            _walk(opened, file)
    except InputFileError:
        raise
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as fault:
        reason = " ".join(str(fault).replace(str(path), file).split())[:300]
        raise InputFileError(f"{file}: not readable as HDF5: {reason}; export it again") from fault


def _walk(opened: Any, file: str) -> None:
    from h5py import h5d, h5g, h5o

    waiting, seen = [h5g.open(opened.id, b"/")], set[int]()
    while waiting:
        group = waiting.pop()
        for name in _list_links(group, file):
            address = h5o.get_info(group, name).addr
            if address in seen:
                continue
            seen.add(address)
            if len(seen) > _MOST_OBJECTS:
                raise InputFileError(f"{file}: over {_MOST_OBJECTS:,} objects inside; split it")
            found = h5o.open(group, name)
            if isinstance(found, h5g.GroupID):
                waiting.append(found)
            elif isinstance(found, h5d.DatasetID):
                _check_dataset(found, name, file)


def _list_links(group: Any, file: str) -> list[bytes]:
    """Return the names of links to objects; refuse those to other files, leave out soft ones."""
    from h5py import h5l

    links: list[tuple[bytes, int]] = []
    group.links.iterate(lambda name, info: links.append((name, info.type)), info=True)
    for name, kind in links:
        if kind not in (h5l.TYPE_HARD, h5l.TYPE_SOFT):
            raise _refuse(file, name, "is a link to another file")
    return [name for name, kind in links if kind == h5l.TYPE_HARD]


def _check_dataset(dataset: Any, name: bytes, file: str) -> None:
    from h5py import h5d

    made = dataset.get_create_plist()
    if made.get_layout() == h5d.VIRTUAL:
        raise _refuse(file, name, "is a virtual dataset, made of other files")
    if made.get_external_count():
        raise _refuse(file, name, "keeps its values in another file")


def _refuse(file: str, name: bytes, why: str) -> InputFileError:
    shown = name.decode("utf-8", "replace")[:80]
    return InputFileError(
        f"{file}: {shown!r} {why}, which is refused; write all values into one file "
        "(h5repack, or ncks of NCO)"
    )
