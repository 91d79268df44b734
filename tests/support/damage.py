"""Flipping single bits of files, as a tired disk does."""

from pathlib import Path

import numpy as np


def flip_bit(path: Path, bit: int | None = None) -> None:
    """Flip one bit of a file, the middle one unless told."""
    content = bytearray(path.read_bytes())
    place = len(content) * 4 if bit is None else bit
    content[place // 8] ^= 1 << (place % 8)
    path.write_bytes(content)


def flip_random_bit(path: Path, *, seed: int) -> None:
    """Flip one bit of a file, any of them."""
    ((_, bit),) = random_bits([path], 1, seed=seed)
    flip_bit(path, bit)


def random_bits(files: list[Path], n: int, *, seed: int) -> list[tuple[Path, int]]:
    """Choose n different bits, each of a file chosen evenly."""
    rng = np.random.default_rng(seed)
    chosen: dict[tuple[Path, int], None] = {}
    while len(chosen) < n:
        path = files[int(rng.integers(len(files)))]
        chosen[path, int(rng.integers(path.stat().st_size * 8))] = None
    return list(chosen)
