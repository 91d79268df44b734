"""How a file is read: its layer, encoding, system, the columns that give place, time and id."""

from typing import get_args

import streamlit as st
from pydantic import ValidationError

from cop.model.upload import ENCODINGS, PLACING, Choices, Inspection, Role
from cop.ui.page.save import as_text
from cop.ui.page.upload.widget import choose, many, select, switch, text
from cop.ui.page.upload.work import Incoming

_WAYS: dict[str, tuple[Role, ...]] = {
    "Latitude and longitude": ("latitude", "longitude"),
    "One text (MGRS, degrees, a pair)": ("position",),
    "Well-known text": ("wkt",),
    "UTM in one text": ("utm",),
    "Easting, northing, zone": ("easting", "northing", "zone"),
}
_READING = {"columns", "keep_photo"}
AGREED_CODES = "agreed"
"""The answer that holds the codes of findings that the analyst agrees to."""
_YES_NO = ("", "yes", "no")
_ANSWERS = {"yes": True, "no": False}
YES_NO = {True: "yes", False: "no", None: ""}
"""What a widget of yes or no holds for each answer."""


def ask_choices(incoming: Incoming, seen: Inspection, *, placed: bool = True) -> Choices | None:
    """Ask for the import settings; show an error and return None if an answer is invalid.

    Without ``placed``, position columns are not asked for.
    """
    opened = (
        incoming.layer_id is None
        and incoming.mapped is None
        and (bool(seen.asks) or seen.kind in ("table", "photo"))
    )
    with st.expander("Import settings", expanded=opened, icon=":material/tune:"):
        answers = _ask_file(incoming, seen)
        is_same = all(answers[name] == getattr(seen, name) for name in ("layer", "encoding"))
        if seen.kind != "raster" and is_same:
            answers |= _ask_columns(incoming, seen, placed=placed)
    try:
        return Choices.model_validate({name: v for name, v in answers.items() if v is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        words = first["msg"].removeprefix("Value error, ")
        st.error(as_text(f"{first['loc'][0]} {str(first['input'])[:60]!r}: {words}"))
        return None


def answers_of_choices(choices: Choices, seen: Inspection) -> dict[str, object]:
    """Return the answers, by the parts of the widgets, that choices are."""
    by_role: dict[str, str] = {role: name for name, role in (choices.roles or {}).items()}
    answers: dict[str, object] = {
        "crs": choices.crs or "",
        "swap_axes": YES_NO[choices.swap_axes],
        "day_first": YES_NO[choices.day_first],
        "time_zone": choices.time_zone,
        AGREED_CODES: choices.agreed,
        f"columns-{seen.layer}": list(choices.columns or ()),
        f"way-{seen.layer}": next(
            (way for way, parts in _WAYS.items() if parts[0] in by_role), None
        ),
    }
    return answers | {f"role-{seen.layer}-{role}": by_role.get(role) for role in get_args(Role)}


def agreed_codes(incoming: Incoming) -> tuple[str, ...]:
    """Return the codes of findings that the analyst agreed to."""
    return tuple(incoming.answers.get(AGREED_CODES, ()))


def reads_alike(seen: Inspection, choices: Choices) -> bool:
    """Return whether what was seen was seen with these choices."""
    mine, found = (one.model_dump(exclude=_READING) for one in (choices, seen.suggested))
    return all(value in (None, found[name]) for name, value in mine.items()) and all(
        found[name] is None or mine[name] is not None for name in ("crs", "swap_axes", "day_first")
    )


def _ask_file(incoming: Incoming, seen: Inspection) -> dict[str, object]:
    answers: dict[str, object] = {
        "layer": seen.layer, "encoding": seen.encoding, AGREED_CODES: agreed_codes(incoming),
    }  # fmt: skip
    names = [layer.name for layer in seen.layers]
    if len(names) > 1 and incoming.layer_name is None:
        answers["layer"] = choose(incoming, "layer", "Layer in the file", names, seen.layer)
    left, right = st.columns(2)
    with left:
        crs = text(
            incoming, "crs", "Coordinate system", placeholder=seen.crs or "EPSG:4326",
            help="An EPSG code, such as EPSG:32612. Leave empty to use the file's own.",
        )  # fmt: skip
    with right:
        axes = choose(
            incoming, "swap_axes", "Axes", _YES_NO, "", say=_name_swap, help="Swap x and y."
        )
    if seen.encoding in ENCODINGS:
        answers["encoding"] = choose(incoming, "encoding", "Encoding", ENCODINGS, seen.encoding)
    if seen.kind == "photo":
        answers["keep_photo"] = switch(
            incoming, "keep_photo", "Store the photo without its metadata",
            help="The photo stays off the map. If cleared, only its place and time are stored.",
        )  # fmt: skip
    return answers | {"crs": crs.upper() or None, "swap_axes": _ANSWERS.get(axes)}


def _ask_columns(incoming: Incoming, seen: Inspection, *, placed: bool) -> dict[str, object]:
    roles: dict[str, Role] = {}
    if seen.kind == "table" and placed:
        suggested = (seen.suggested.roles or {}).values()
        default = next((way for way, parts in _WAYS.items() if parts[0] in suggested), None)
        way = select(
            incoming, f"way-{seen.layer}", "Position columns", list(_WAYS), default, none="none"
        )
        for role in _WAYS[way] if way else ():
            roles |= _ask_role(incoming, seen, role, role.capitalize())
    left, right = st.columns(2)
    with left:
        roles |= _ask_role(incoming, seen, "time", "Time")
        order = choose(incoming, "day_first", "Date order", _YES_NO, "", say=_name_order)
    with right:
        roles |= _ask_role(incoming, seen, "id", "Id")
        zone = text(incoming, "time_zone", "Time zone if none is given", "UTC")
    placeless = placed and seen.kind == "table" and not PLACING & set(roles.values())
    return {
        # Roles without a place would count as an answer that there is none.
        "roles": None if placeless else roles,
        "day_first": _ANSWERS.get(order),
        "time_zone": zone or "UTC",
        "columns": _ask_kept(incoming, seen),
    }


def _ask_kept(incoming: Incoming, seen: Inspection) -> list[str]:
    """Ask for the columns to keep; those about persons are left out until they are chosen."""
    names = [column.name for column in seen.columns]
    kept = many(
        incoming, f"columns-{seen.layer}", "Columns to import", names, seen.suggested.columns or ()
    )
    persons = [c.name for c in seen.columns if "person" in c.looks and c.name not in kept]
    if persons:
        st.caption(as_text(f"Left out as possible personal data: {', '.join(persons)}"))
    return kept


def _ask_role(incoming: Incoming, seen: Inspection, role: Role, label: str) -> dict[str, Role]:
    names = [column.name for column in seen.columns]
    suggested = next((n for n, r in (seen.suggested.roles or {}).items() if r == role), None)
    name = select(incoming, f"role-{seen.layer}-{role}", label, names, suggested, none="none")
    return {} if name is None else {name: role}


def _name_swap(value: str) -> str:
    return {"": "As in the file", "yes": "Swap x and y", "no": "Keep x and y"}[value]


def _name_order(value: str) -> str:
    return {"": "Detect from the rows", "yes": "Day first", "no": "Month first"}[value]
