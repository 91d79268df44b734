"""Requests for information: asked, assigned, answered, passed on with consent, closed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import name_actor
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.release import PolicyPath
from cop.settings import AccessSettings, StoreSettings

if TYPE_CHECKING:
    from cop.exchange.rfi import RfiDesk
    from cop.model.rfi import Rfi

rfi_app = typer.Typer(
    no_args_is_help=True, help="Requests for information to partners and agencies."
)
app.add_typer(rfi_app, name="rfi")

By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
RfiId = Annotated[str, typer.Argument(metavar="ID", help="Id of a request (`cop rfi list`).")]
Marking = Annotated[str, typer.Option("--marking", help="Marking of the text.")]


@rfi_app.command("ask")
@guarded
def ask(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Agency that is asked.")],
    text: Annotated[str, typer.Argument(metavar="QUESTION", help="What is asked.")],
    *,
    at: Annotated[str, typer.Option("--at", help="Position: MGRS, or latitude, longitude.")] = "",
    within_m: Annotated[
        float | None, typer.Option("--within-m", help="Uncertainty of the position, meters.")
    ] = None,
    county: Annotated[str, typer.Option("--county", help="As 'Santa Cruz, AZ'.")] = "",
    area: Annotated[str, typer.Option("--area", help="Drawn area: lon lat,lon lat,...")] = "",
    since: Annotated[str | None, typer.Option("--from", help="Time it is about (UTC).")] = None,
    until: Annotated[str | None, typer.Option("--to", help="End of that time (UTC).")] = None,
    picture: Annotated[str, typer.Option("--picture", help="Id of a saved Picture.")] = "",
    due_h: Annotated[int, typer.Option("--due-h", help="Hours to answer.")] = 48,
    marking: Marking = "TLP:AMBER",
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Ask a partner, or an agency of the policy, about a place."""
    from cop.model.moment import parse_moment
    from cop.query.rfi_place import find_place

    with _open(data, access, by) as desk:
        place = find_place(
            desk.service, position=at, uncertainty_m=within_m, county=county, area=area
        )
        rfi = desk.ask(
            asked_of=code, place=place, text=text, marking=marking, due_h=due_h, picture=picture,
            since=None if since is None else parse_moment(since, name="--from"),
            until=None if until is None else parse_moment(until, name="--to"),
        )  # fmt: skip
    _print(rfi, as_json=as_json)


@rfi_app.command("list")
@guarded
def list_rfis(
    *,
    is_open: Annotated[
        bool, typer.Option("--open", help="Only those that wait for an answer.")
    ] = False,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the requests, the newest first."""
    with _open(data, access, None) as desk:
        found = [rfi for rfi in desk.room.rfis.list() if rfi.is_open or not is_open]
    if as_json:
        typer.echo(json.dumps([_state(rfi) for rfi in found]))
        return
    for rfi in found:
        _print(rfi, as_json=False)


@rfi_app.command("show")
@guarded
def show(
    rfi_id: RfiId, *, access: PolicyPath = None, data: Data = None, as_json: AsJson = False
) -> None:
    """Show a request: its question, its steps, its answer."""
    with _open(data, access, None) as desk:
        rfi = desk.room.rfis.get(rfi_id)
    _print(rfi, as_json=as_json)
    if as_json:
        return
    question = rfi.question
    typer.echo(f"{question.text}\n{question.place.words} {question.window_words}".rstrip())
    for step in rfi.steps:
        typer.echo(step.words)
    if rfi.answer is not None:
        answer = rfi.answer
        typer.echo(f"{answer.text}\n{answer.originator}, {answer.marking}".strip())
        for record in answer.records:
            typer.echo(f"record {record}")
        if answer.layer:
            typer.echo(f"layer {answer.layer} {answer.layer_title}")


@rfi_app.command("assign")
@guarded
def assign(
    rfi_id: RfiId,
    to: Annotated[str, typer.Argument(metavar="PERSON", help="Who answers it.")],
    *,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Assign a request to somebody here."""
    with _open(data, access, by) as desk:
        _print(desk.assign(rfi_id, to), as_json=False)


@rfi_app.command("answer")
@guarded
def answer_rfi(
    rfi_id: RfiId,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="The answer.")] = "",
    *,
    record: Annotated[
        list[str] | None, typer.Option("--record", help="Id of a record; repeatable.")
    ] = None,
    layer: Annotated[str, typer.Option("--layer", help="Id of an uploaded layer.")] = "",
    marking: Marking = "TLP:AMBER",
    originator: Annotated[
        str, typer.Option("--originator", help="Whose answer it is (default: who is asked).")
    ] = "",
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Answer a request by text, records or a layer; it goes on the map."""
    with _open(data, access, by) as desk:
        answered = desk.answer(
            rfi_id, text=text, records=record or (), layer=layer, marking=marking,
            originator=originator,
        )  # fmt: skip
    _print(answered, as_json=False)


@rfi_app.command("decline")
@guarded
def decline(
    rfi_id: RfiId,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why; who asked reads it.")],
    *,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Decline to answer a request, with a reason."""
    with _open(data, access, by) as desk:
        _print(desk.decline(rfi_id, reason), as_json=False)


@rfi_app.command("close")
@guarded
def close(
    rfi_id: RfiId,
    reason: Annotated[str, typer.Argument(metavar="[REASON]", help="What came of it.")] = "",
    *,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Close a request that was asked here."""
    with _open(data, access, by) as desk:
        _print(desk.close(rfi_id, reason), as_json=False)


@rfi_app.command("consent")
@guarded
def consent(
    rfi_id: RfiId,
    *,
    to: Annotated[str, typer.Option("--to", help="Agency that may get the answer.")] = "",
    ask_for: Annotated[
        str, typer.Option("--ask", help="Ask the originator for consent to give it this agency.")
    ] = "",
    agency: Annotated[
        str, typer.Option("--agency", help="Who consents (default: this server's agency).")
    ] = "",
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Consent, as its originator, that an answer is passed on; or ask the originator to."""
    from cop.errors import RfiError

    if bool(to) == bool(ask_for):
        raise RfiError("state --to AGENCY to consent, or --ask AGENCY to ask for it")
    with _open(data, access, by) as desk:
        done = (
            desk.ask_consent(rfi_id, ask_for)
            if ask_for
            else desk.consent(rfi_id, to, agency=agency)
        )
    _print(done, as_json=False)


@rfi_app.command("pass")
@guarded
def pass_on(
    rfi_id: RfiId,
    to: Annotated[str, typer.Argument(metavar="CODE", help="Agency that gets the answer.")],
    *,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Pass an answer on to another agency; from TLP:AMBER up with the originator's consent."""
    with _open(data, access, by) as desk:
        _print(desk.pass_on(rfi_id, to), as_json=False)


@contextmanager
def _open(data: Path | None, access: Path | None, by: str | None) -> Iterator["RfiDesk"]:
    from cop.access.audit.log import AuditLog
    from cop.access.policy import read_policy
    from cop.cli.base import name_user
    from cop.exchange.rfi import RfiDesk

    store = build_settings(StoreSettings, data=data)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    with open_service(store) as service:
        audit = AuditLog(store)
        try:
            yield RfiDesk(
                service=service, policy=policy, audit=audit, actor=name_actor(by),
                name=by or name_user(),
            )  # fmt: skip
        finally:
            audit.close()


def _state(rfi: "Rfi") -> dict[str, Any]:
    from cop.model.moment import format_instant, utc_now

    question, took = rfi.question, rfi.time_to_answer
    return {
        "id": rfi.id,
        "state": rfi.state,
        "asked_from": question.asked_from,
        "asked_of": question.asked_of,
        "asked_at": format_instant(question.asked_at),
        "due_at": format_instant(question.due_at),
        "overdue": rfi.is_overdue(utc_now()),
        "answered_after_s": None if took is None else int(took.total_seconds()),
        "marking": rfi.marking,
        "synthetic": question.synthetic,
        "place": question.place.words,
        "assignee": rfi.assignee,
        "question": question.text,
        "answer": None if rfi.answer is None else rfi.answer.model_dump(mode="json"),
        "steps": [step.words for step in rfi.steps],
    }


def _print(rfi: "Rfi", *, as_json: bool) -> None:
    from cop.model.moment import format_dtg

    stated = _state(rfi)
    if as_json:
        typer.echo(json.dumps(stated))
        return
    late = "  OVERDUE" if stated["overdue"] else ""
    synthetic = "  SYNTHETIC" if rfi.question.synthetic else ""
    typer.echo(
        f"{rfi.id}  {rfi.state}  {rfi.question.asked_from} asks {rfi.question.asked_of}  "
        f"due {format_dtg(rfi.question.due_at)}{late}  {rfi.marking}{synthetic}"
    )
