"""Repairing shapes that cross themselves, within bounds of vertices and of CPU time."""

import os
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError

_DIRECT = 40
"""Shapes of so few vertices take milliseconds at most, and no process of their own."""
_LENGTH_BYTES = 8
TOO_MANY = "too many vertices or crossings to repair"
UNUSABLE = "an invalid shape that cannot be repaired"
Mended = Any
"""A shape, or in words why there is none."""


@dataclass(kw_only=True)
class ShapeRepair:
    """Repairs the shapes of one file: each of at most ``vertices``, all in ``seconds`` of CPU time.

    A shape may take ``each`` seconds: a fork of this process repairs it, which the kernel ends.
    """

    vertices: int = 100_000
    seconds: int = 20
    each: int = 5
    spent: float = 0.0

    def mend(self, shapes: Sequence[shapely.Geometry]) -> list[Mended]:
        """Return each shape as a valid one of its dimension, or why it is none."""
        sizes = shapely.get_num_coordinates(np.array(shapes, dtype=object))
        mended: list[Mended] = [TOO_MANY] * len(shapes)
        waiting = []
        for place, (shape, size) in enumerate(zip(shapes, sizes, strict=True)):
            if size <= _DIRECT and self.spent < self.seconds:
                started = time.process_time()
                mended[place] = _mend(shape)
                self.spent += time.process_time() - started
            elif size <= self.vertices:
                waiting.append(place)
        while waiting and self.spent < self.seconds:
            done = 0
            for done, found in enumerate(self._mend_apart([shapes[p] for p in waiting]), start=1):
                mended[waiting[done - 1]] = found
            waiting = waiting[done + 1 :]
        return mended

    def _mend_apart(self, shapes: Sequence[shapely.Geometry]) -> Iterator[Mended]:
        """Yield shapes as a fork repairs them, up to the one that takes it too long."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _run_fork(shapes, writer, self.each, self.seconds - self.spent)
        os.close(writer)
        try:
            with os.fdopen(reader, "rb") as stream:
                while len(head := stream.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
                    length = int.from_bytes(head, "big")
                    content = stream.read(length)
                    if len(content) < length:
                        break
                    yield shapely.from_wkb(content) if content else UNUSABLE
        finally:
            _, _, used = os.wait4(child, 0)
            self.spent += used.ru_utime + used.ru_stime


def _run_fork(shapes: Sequence[shapely.Geometry], writer: int, each: int, seconds: float) -> None:
    """Repair shapes in this fork and write them; the kernel ends it where one takes too long."""
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        with os.fdopen(writer, "wb") as stream:
            for shape in shapes:
                until = ceil(min(time.process_time() + each, max(seconds, 1)))
                most = until if hard == resource.RLIM_INFINITY else min(until, hard)
                resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
                found = _mend(shape)
                content = b"" if isinstance(found, str) else shapely.to_wkb(found)
                stream.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
                stream.flush()
    finally:
        os._exit(0)


def _mend(shape: shapely.Geometry) -> Mended:
    """Repair a shape, keeping what has its dimension."""
    dimension = int(shapely.get_dimensions(shape))
    try:
        mended = shapely.make_valid(shape)
    except ShapelyError:
        return UNUSABLE
    flat = [leaf for part in shapely.get_parts(mended) for leaf in shapely.get_parts(part)]
    kept = [leaf for leaf in flat if shapely.get_dimensions(leaf) == dimension]
    if not kept:
        return UNUSABLE
    return kept[0] if len(kept) == 1 else _collect(kept, dimension)


def _collect(parts: list[shapely.Geometry], dimension: int) -> shapely.Geometry:
    collect = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    return collect(parts)
