"""Two Pictures against each other, figure by figure: left, right, and how far they are apart."""

from dataclasses import dataclass

from cop.model.event import KINDS, OUTSIDE
from cop.model.picture import Picture
from cop.model.text import UNKNOWN, format_count
from cop.query.headline import Figure, read_headline
from cop.query.service import QueryService
from cop.query.summary import Summary, read_summary
from cop.query.text import format_figure
from cop.query.view import View

NOT_COMPARED = "not compared"


@dataclass(frozen=True, kw_only=True)
class PictureDifference:
    """One figure of both; ``apart`` is right minus left in words, also in percent of the left."""

    group: str
    title: str
    left: str
    right: str
    apart: str


@dataclass(frozen=True)
class Side:
    """A settled Picture, and the view of what is known of it."""

    service: QueryService
    view: View
    picture: Picture


def build_differences(left: Side, right: Side) -> list[PictureDifference]:
    """Compare headline figures, kinds and sectors; real with synthetic ones never."""
    alike = left.picture.filter.records == right.picture.filter.records
    rows = [
        _of_figures(a, b, alike=alike)
        for a, b in zip(
            read_headline(left.service, left.view),
            read_headline(right.service, right.view),
            strict=False,
        )
    ]
    for group, by in (("Events by kind", "kind"), ("Events by sector", "sector")):
        rows += _of_groups(group, _names(by, left), _sum(left, by), _sum(right, by), alike=alike)
    return rows


def describe_windows(left: Picture, right: Picture) -> str:
    """Return why figures cannot be set side by side as they are; empty where they can."""
    if left.filter.records != right.filter.records:
        return "One shows real records and one SYNTHETIC ones: their figures are not compared."
    lengths = (left.filter.window.length, right.filter.window.length)
    if lengths[0] != lengths[1]:
        words = [f"{length.days} d" if length else "open" for length in lengths]
        return (
            f"The windows differ in length, {words[0]} against {words[1]}: the figures are of "
            "different spans of time."
        )
    return ""


def _sum(side: Side, by: str) -> Summary:
    return read_summary(side.service, side.view, by)


def _names(by: str, side: Side) -> dict[str, str]:
    if by == "kind":
        return dict(KINDS)
    return {**side.view.snapshot.sectors, OUTSIDE: "outside every sector"}


def _of_figures(left: Figure, right: Figure, *, alike: bool) -> PictureDifference:
    first, second = format_figure(left), format_figure(right)
    return PictureDifference(
        group="Headline",
        title=first.title,
        left=first.value,
        right=second.value,
        apart=_apart(left.amount, right.amount, alike=alike, share=left.key == "watched"),
    )


def _of_groups(
    group: str, names: dict[str, str], left: Summary, right: Summary, *, alike: bool
) -> list[PictureDifference]:
    """Compare each group that either has; one that is not there has no records: that is 0."""
    a, b = ({row.key: row.n for row in summary.rows} for summary in (left, right))
    keys = [key for key in names if key in a or key in b]
    keys += sorted({*a, *b} - {*names})
    return [
        PictureDifference(
            group=group,
            title=names.get(key, key),
            left=format_count(n := a.get(key, 0 if left.total is not None else None)),
            right=format_count(m := b.get(key, 0 if right.total is not None else None)),
            apart=_apart(n, m, alike=alike),
        )
        for key in keys
    ]


def _apart(left: float | None, right: float | None, *, alike: bool, share: bool = False) -> str:
    if not alike:
        return NOT_COMPARED
    if left is None or right is None:
        return UNKNOWN
    if share:
        return f"{100 * (right - left):+.0f} points"
    apart = right - left
    if round(apart) == 0:
        return "0"
    return f"{apart:+,.0f}" + (f" ({100 * apart / left:+.0f}%)" if left else "")
