"""Working beside the reader and the writer: one step is read ahead, one is written behind."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Iterate with the next item read in a thread beside the use of this one."""
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="read") as pool:
        coming = pool.submit(_take, source)
        while item := coming.result():
            coming = pool.submit(_take, source)
            yield item[0]


@contextmanager
def behind(work: Callable[[T], Any]) -> Iterator[Callable[[T], None]]:
    """Do ``work`` in a thread, one item at a time; leaving waits for the last."""
    with ThreadPoolExecutor(1, thread_name_prefix="write") as pool:
        going: list[Future[Any]] = []

        def add(item: T) -> None:
            while len(going) > 1:
                going.pop(0).result()
            going.append(pool.submit(work, item))

        yield add
        for future in going:
            future.result()


def _take(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None
