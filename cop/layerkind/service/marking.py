"""The marking of a Picture: the highest of everything that can be on the screen with it."""

from dataclasses import replace

from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import list_visible
from cop.model.marking import highest_marking
from cop.model.picture import Picture
from cop.query.alert.open_alert import read_alerts
from cop.query.annotation import read_annotations
from cop.query.marking import list_shown_sources, page_marking
from cop.query.service import QueryService
from cop.query.view import View


def picture_marking(service: QueryService, view: View, picture: Picture) -> str:
    """Return the highest marking of what can be on the screen, annotations too."""
    drawn = [annotation.marking for annotation in read_annotations(service, view)]
    return highest_marking([own_marking(service, view, picture), *drawn])


def own_marking(service: QueryService, view: View, picture: Picture) -> str:
    """Return the highest marking of sources and alerts, without what people drew.

    Alerts, and the levels of a shown layer of impact, are of all sources whatever the filter says.
    """
    alerts = [alert.finding.marking for alert in read_alerts(service, view)]
    return highest_marking([page_marking(_counted(service, view, picture)), *alerts])


def own_sources(service: QueryService, view: View, picture: Picture) -> frozenset[str]:
    """Return the ids of the sources that ``own_marking`` is of."""
    alerts = [alert.finding.sources for alert in read_alerts(service, view)]
    return frozenset(list_shown_sources(_counted(service, view, picture))).union(*alerts)


def _counted(service: QueryService, view: View, picture: Picture) -> View:
    """Return the view of all sources that can be on the screen."""
    visible = list_visible(service, view, picture)
    return unsourced(view) if any(kind_of(layer).shows_impacts for layer in visible) else view


def unsourced(view: View) -> View:
    """Return the view of what counts every source."""
    return view.narrowed(replace(view.filter, sources=()))
