"""Alerts as messages of the Common Alerting Protocol 1.2 (OASIS, 2010, also ITU-T X.1303)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from cop.errors import AlertError
from cop.model.alert import FALSE_ALARMS, OUTCOMES, Alert, AlertFinding
from cop.model.event import KINDS
from cop.model.moment import format_dtg

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE: Final = "application/cap+xml"
_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}", re.ASCII)
_VALID_FOR = timedelta(hours=24)
_HELP = ("rescue", "death")
_CERTAINTY = {"open": "Possible", "acknowledged": "Likely"}


def render_cap(history: Sequence[Alert], *, sender: str) -> bytes:
    """Render the newest of an alert's revisions, oldest first, as one CAP message.

    ``status``: Exercise for SYNTHETIC records, so that nobody acts on them by mistake. Of real
    ones Draft as long as only the program has seen it, as its detectors are known to raise false
    alarms and a CAP draft is not to be acted on; Actual once a person acknowledged
    or closed it by name. A revision refers to all earlier ones of its status; a closed alert is
    canceled.
    Raise AlertError if ``sender`` is not valid (no spaces, commas, < or &).
    """
    if not _SENDER.fullmatch(sender):
        raise AlertError(
            f"sender {sender[:40]!r}: use letters, digits, '.', '_', '@' or '-', preferably a name "
            "in your own domain"
        )
    alert = history[-1]
    status = _status(alert)
    earlier = [one for one in history[:-1] if _status(one) == status]
    root = ET.Element("alert", xmlns=NAMESPACE)
    _add(root, "identifier", _identifier(alert))
    _add(root, "sender", sender)
    _add(root, "sent", _instant(alert.at))
    _add(root, "status", status)
    _add(root, "msgType", _message_type(alert) if earlier else "Alert")
    _add(root, "source", "cop, detector of surges and rushes in counted events")
    _add(root, "scope", "Restricted")
    _add(root, "restriction", alert.finding.marking)
    _add(root, "note", _note(alert))
    if earlier:
        sent = [f"{sender},{_identifier(one)},{_instant(one.at)}" for one in earlier]
        _add(root, "references", " ".join(sent))
    _add(root, "incidents", alert.id)
    _add_info(root, alert)
    ET.indent(root)
    message: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return message + b"\n"


def _add_info(root: ET.Element, alert: Alert) -> None:
    found = alert.finding
    info = ET.SubElement(root, "info")
    _add(info, "language", "en")
    _add(info, "category", "Security")
    if any(found.kinds.get(kind) for kind in _HELP):
        _add(info, "category", "Rescue")
    _add(info, "event", "Rush of people" if found.detector == "rush" else "Surge of events")
    _add(info, "responseType", "AllClear" if alert.state == "closed" else "Assess")
    ended = alert.state == "closed" or not alert.is_on(alert.at)
    _add(info, "urgency", "Past" if ended else "Immediate")
    # A count is of how many, not of how bad.
    _add(info, "severity", "Unknown")
    _add(info, "certainty", _certainty(alert))
    _add(info, "effective", _instant(alert.at))
    _add(info, "onset", _instant(found.started_at))
    _add(info, "expires", _instant(alert.at + _VALID_FOR))
    _add(info, "senderName", "Common operating picture")
    exercise = "SYNTHETIC EXERCISE: " if alert.synthetic else ""
    _add(info, "headline", f"{exercise}{alert.title(alert.at)}")
    _add(info, "description", describe_finding(found))
    _add(info, "instruction", "Check the evidence and the place before acting.")
    for name, value in _parameters(alert).items():
        parameter = ET.SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    area = ET.SubElement(info, "area")
    _add(area, "areaDesc", f"{found.sector_name} sector, {found.where}; center near {found.mgrs}")
    _add(area, "polygon", " ".join(f"{lat:.4f},{lon:.4f}" for lon, lat in found.area))


def describe_finding(found: AlertFinding) -> str:
    """Return what was found, on which evidence, and how reliable the detector is."""
    kinds = ", ".join(f"{n} {KINDS.get(kind, kind).lower()}" for kind, n in found.kinds.items())
    own = (
        f"; at this place, {found.own_alarms} alarms in the {found.own_days} days before"
        if found.own_days
        else ""
    )
    return (
        f"{found.observed:,} {found.unit} from {format_dtg(found.started_at)} to "
        f"{format_dtg(found.until)}, {found.normal}. "
        f"Records by kind: {kinds or 'unknown'}. "
        f"Detector: {FALSE_ALARMS[found.detector]}{own}."
    )


def _status(alert: Alert) -> str:
    if alert.synthetic:
        return "Exercise"
    seen = alert.acknowledged_by or alert.closed_by
    return "Draft" if seen is None else "Actual"


def _message_type(alert: Alert) -> str:
    return "Cancel" if alert.outcome in ("false", "data") else "Update"


def _certainty(alert: Alert) -> str:
    if alert.state != "closed":
        return _CERTAINTY[alert.state]
    return "Observed" if alert.outcome in ("confirmed", "planned") else "Unlikely"


def _note(alert: Alert) -> str:
    if alert.outcome is not None:
        return f"Closed by {alert.closed_by}: {OUTCOMES[alert.outcome]}. {alert.reason}"
    if alert.synthetic:
        return "EXERCISE: detected in SYNTHETIC records; this did not happen."
    if alert.acknowledged_by is None:
        return "Detected automatically; not acknowledged yet."
    return f"Acknowledged by {alert.acknowledged_by}."


def _parameters(alert: Alert) -> dict[str, str]:
    found = alert.finding
    evidence = " ".join(f"{period.start:%Y-%m-%dT%H}Z={period.n}" for period in found.evidence)
    return {
        "records": "SYNTHETIC" if alert.synthetic else "real",
        "state": alert.state,
        "observed": str(found.observed),
        "expected": f"{found.expected:g}",
        "interval80": f"{found.low:g} {found.high:g}",
        "unit": found.unit,
        "segments": f"{found.first_segment} {found.last_segment}",
        "mgrs": found.mgrs,
        "dataVersion": str(found.version),
        "knownAt": _instant(found.known_at),
        "falseAlarms": FALSE_ALARMS[found.detector],
        "evidence": evidence,
    }


def _identifier(alert: Alert) -> str:
    return f"cop-{alert.id}-{alert.revision}"


def _instant(moment: datetime) -> str:
    """Write naive UTC in CAP's form: with -00:00, never Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}-00:00"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
