"""The marking of a Picture: the highest of everything that can be on the screen with it."""

from dataclasses import replace

from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import list_visible
from cop.model.marking import highest_marking
from cop.model.picture import Picture
from cop.query.alert.open_alert import read_alerts
from cop.query.annotation import read_annotations
from cop.query.marking import page_marking
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
    visible = list_visible(service, view, picture)
    everything = any(kind_of(layer).shows_impacts for layer in visible)
    alerts = [alert.finding.marking for alert in read_alerts(service, view)]
    return highest_marking([page_marking(unsourced(view) if everything else view), *alerts])


def unsourced(view: View) -> View:
    """Return the view of what counts every source."""
    return view.narrowed(replace(view.filter, sources=()))
