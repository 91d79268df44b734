"""Tests of the query service: it makes views and keeps answers, each under its question."""

import threading
from datetime import datetime

import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.service import QueryService

pytestmark = pytest.mark.house

WINDOW = TimeWindow(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1))


def test_an_answer_is_kept_by_question_and_part(service: QueryService) -> None:
    view, built = service.view(Filter(window=WINDOW)), []
    for question, part, about in (
        ("a", view.part(), None),
        ("a", view.part(), 1),
        ("b", view.part(), None),
        ("a", view.part(Filter()), None),
        ("a", view.part(), None),
    ):
        service.answer(question, part, lambda: built.append(1), about=about)
    assert len(built) == 4
    assert service.has_answer("a", view.part())
    assert not service.has_answer("c", view.part())


def test_a_view_of_a_version_or_a_moment_keeps_to_it(service: QueryService) -> None:
    newest = service.warehouse.snapshot
    assert service.view(version=newest.version) == service.view()
    known = service.view(known_at=newest.catalogue.published_at)
    assert (known.snapshot.version, known == service.view()) == (newest.version, False)
    service.check()


def test_answers_that_need_answers_are_computed_once_however_many_ask(
    service: QueryService,
) -> None:
    """Figures need risk and barriers, and share both between windows."""
    own = QueryService(service.warehouse, tile_cache_mb=1)
    views = [own.view(Filter(records="synthetic", sectors=(code,))) for code in ("TCA", "RGV")]
    found = []
    threads = [
        threading.Thread(target=lambda view=view: found.append(read_figures(own, view)))
        for view in views * 6
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len({id(figures) for figures in found}) == 2
    assert len({id(figures.risk) for figures in found if figures is not None}) == 1
