"""Making briefs of areas: for an agency, since the last one, noted and stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cop.errors import BriefError
from cop.export.area_brief import AreaBrief, build_area_brief
from cop.export.area_html import render_area_html
from cop.export.area_pdf import render_area_pdf
from cop.model.daily import MadeBrief, name_place
from cop.model.filter import Filter
from cop.model.marking import MARKINGS
from cop.model.paper import PaperName, find_paper
from cop.model.release import Release
from cop.model.style import Theme
from cop.query.service import QueryService
from cop.store.catalogue.writer import make_folder, write_file
from cop.store.room.file import BRIEFS


@dataclass(frozen=True, kw_only=True)
class FinishedBrief:
    """A brief with its files, as it was noted."""

    brief: AreaBrief
    made: MadeBrief
    pdf: bytes
    html: bytes


class _AgencyContact(Protocol):
    """What is known of an agency: its title, whom to ask, and its own counties."""

    @property
    def title(self) -> str: ...
    @property
    def contact(self) -> str | None: ...
    @property
    def counties(self) -> Sequence[str]: ...


def list_contacts(
    agencies: Mapping[str, _AgencyContact], host: str, place: Filter
) -> tuple[str, ...]:
    """Return whom to ask about a place: the agencies whose counties it names, and the host."""
    return tuple(
        f"{agency.title}: {agency.contact}"
        for code, agency in agencies.items()
        if agency.contact and (code == host or {*agency.counties} & {*place.counties})
    )


def draft_brief(
    service: QueryService,
    place: Filter,
    *,
    contacts: Sequence[str] = (),
    theme: Theme = "light",
) -> AreaBrief:
    """Build the brief of a place as it is now, since the last one that was made for the release."""
    warehouse = service.warehouse
    last = warehouse.room.area_briefs.last(name_place(place), _made_for(service))
    return build_area_brief(
        service,
        place,
        since=None if last is None else _find_start(last, warehouse.versions),
        contacts=contacts,
        theme=theme,
    )


def make_brief(
    service: QueryService,
    place: Filter,
    *,
    by: str,
    contacts: Sequence[str] = (),
    paper: PaperName = "letter",
) -> FinishedBrief:
    """Make the brief of a place: its files are stored, it is noted, and so are the reports in it.

    The next one of the place for the same release tells what has changed since. ``service`` is
    released to the agency that it is for. Raise FilterError if the place is not in the region.
    """
    brief = draft_brief(service, place, contacts=contacts)
    pdf, html = render_area_pdf(brief, find_paper(paper)), render_area_html(brief)
    warehouse = service.warehouse
    made = warehouse.room.area_briefs.note(
        place=name_place(place),
        made_for=_made_for(service),
        title=brief.title,
        made_at=brief.made_at,
        version=brief.version,
        marking=brief.marking,
        made_by=by,
        **_describe_readers(service.release),
        # Coverage and forecast rest on more sources than its events.
        sources=tuple(sorted(service.snapshot.sources)),
        pdf=_store(warehouse.folder, ".pdf", pdf),
        html=_store(warehouse.folder, ".html", html),
    )
    warehouse.room.reports.note_use(brief.report_ids, brief.title)
    return FinishedBrief(brief=brief, made=made, pdf=pdf, html=html)


def find_brief_file(warehouse: Path, made: MadeBrief, form: str) -> bytes:
    """Return a stored file of a brief, ``pdf`` or ``html``; raise BriefError if it is gone."""
    digest = made.pdf if form == "pdf" else made.html
    path = warehouse / BRIEFS / f"{digest}.{form}"
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BriefError(f"{made.title}: its file is not there any more: {fault}") from fault


def _find_start(last: MadeBrief, versions: Mapping[int, datetime]) -> datetime:
    """Return the moment from which changes count that a brief did not have.

    It is when the brief was made, unless another version was the newest then: one published later
    in the same second, or one that its server had not seen yet. Then it is when the brief's own
    version was published. A number that is gone, or was given again later, says nothing.
    """
    newest = max((number for number, at in versions.items() if at <= last.made_at), default=None)
    published = versions.get(last.version, last.made_at)
    is_own = published < last.made_at + timedelta(seconds=1)
    return published if is_own and newest != last.version else last.made_at


def _describe_readers(release: Release | None) -> dict[str, Any]:
    """Return how much whoever reads a brief has to be allowed to read."""
    if release is None:
        return {"highest": MARKINGS[-1], "smallest_count": 1}
    least = 1 if release.grant is None else release.grant.rules.smallest_count
    return {
        "highest": release.highest,
        "smallest_count": max(release.smallest_count, least),
    }


def _made_for(service: QueryService) -> str:
    return "" if service.release is None else service.release.agency


def _store(warehouse: Path, suffix: str, content: bytes) -> str:
    folder = warehouse / BRIEFS
    make_folder(folder)
    written = write_file(folder, suffix, lambda draft: bool(draft.write_bytes(content)))
    if written is None:
        raise BriefError("the brief is empty")
    return written.path.stem
