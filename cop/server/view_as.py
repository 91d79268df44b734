"""The page where who releases chooses to see the picture as another agency does.

The choice lies in a cookie of the browser: it narrows what its viewer reads and never widens it.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cop.access.access import VIEW_AS_COOKIE, Access
from cop.access.policy_file import AgencyRule
from cop.access.viewer import Viewer
from cop.errors import AccessError
from cop.server.form import lead, plain, read_form
from cop.server.key_page import render_plain
from cop.server.parameter import describe_unknown
from cop.server.sign_in import find_address

VIEW_AS_PATH: Final = "/view-as"


async def answer_view_as(access: Access, request: Request, viewer: Viewer) -> Response:
    """Show the choice, or take it; refuse who may not."""
    try:
        access.policy.check(viewer, "view_as")
    except AccessError as fault:
        return plain(403, str(fault))
    unknown = describe_unknown(request, ())
    if unknown is not None:
        return plain(400, unknown)
    if request.method != "POST":
        return HTMLResponse(render_view_as(access.policy.agencies, viewer))
    form = await read_form(request)
    if isinstance(form, Response):
        return form
    agency = form.get("agency", "")
    if agency and agency not in access.policy.agencies:
        return plain(400, f"no agency {agency[:20]!r}: choose one of the page")
    actor = viewer.as_actor(find_address(request))
    access.record(actor, "view as", agency or "own agency")
    response = lead("/")
    if agency:
        response.set_cookie(
            VIEW_AS_COOKIE, agency, path="/", httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    else:
        response.delete_cookie(VIEW_AS_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def render_view_as(agencies: Mapping[str, AgencyRule], viewer: Viewer) -> str:
    """Return the page; its form posts the code of an agency, empty for the viewer's own."""
    others = {code: rule.title for code, rule in agencies.items() if code != viewer.agency}
    options = [("", "My own agency"), *((code, f"{code}: {t}") for code, t in others.items())]
    listed = "\n".join(
        f'<option value="{escape(code)}"{" selected" if code == viewer.view_as else ""}>'
        f"{escape(title)}</option>"
        for code, title in options
    )
    return render_plain(
        "View as",
        f"""<p>See the picture as people of another agency do: what both they and you may read.
It applies to all pages of this browser until you change it back.</p>
<form method="post" action="{VIEW_AS_PATH}">
<label for="agency">Agency</label>
<select id="agency" name="agency" autofocus>
{listed}
</select>
<button type="submit">View</button>
</form>
<p class="below"><a href="/">Back to the picture</a></p>""",
    )
