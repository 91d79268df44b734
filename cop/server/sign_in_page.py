"""The pages of signing in and out: no script, large type, the browser's theme."""

from dataclasses import dataclass
from datetime import timedelta
from html import escape

from cop.access.viewer import Viewer
from cop.server.key_page import render_key_form, render_notice, render_plain


@dataclass(frozen=True, kw_only=True)
class SignInChoices:
    """What the page offers: the addresses that its forms and links lead to, None if not offered."""

    local: str | None = None
    room: str | None = None
    provider: str | None = None


def render_sign_in(choices: SignInChoices, address: str, *, message: str = "") -> str:
    """Return the page; its forms post what is typed and ``next`` (``address``)."""
    parts = []
    if choices.provider is not None:
        link = f"{escape(choices.provider)}"
        parts.append(f'<p><a href="{link}">Sign in with your organization</a></p>')
    if choices.local is not None:
        parts.append(_render_local_form(choices.local, address, is_wrong=bool(message)))
    if choices.room is not None:
        is_first = choices.local is None
        parts.append(render_key_form(choices.room, address, is_first=is_first))
    if not parts:
        parts.append("<p>This server knows its viewers by certificate. Yours was not sent.</p>")
    body = "\n<hr>\n".join(parts)
    return render_plain(
        "Sign in",
        f"""<p>This common operating picture is shown to people who are signed in;
if you have no account, ask the person who runs this server.</p>
{render_notice(message)}
{body}""",
    )


def render_sign_out(action: str, viewer: Viewer) -> str:
    """Return the page that says who is signed in; its form posts to ``action``."""
    roles = ", ".join(sorted(viewer.roles))
    stated = "" if viewer.verified else ", not verified"
    return render_plain(
        "Sign out",
        f"""<p>You are {escape(viewer.name)}{stated} ({escape(viewer.agency)}; {escape(roles)}).</p>
<form method="post" action="{escape(action)}">
<button type="submit">Sign out</button>
</form>
<p class="below"><a href="/">Back to the picture</a></p>""",
    )


def describe_lock(left: timedelta) -> str:
    """Return what to do while a login is locked."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return f"Too many wrong passwords. Try again in {minutes} min."


def _render_local_form(action: str, address: str, *, is_wrong: bool) -> str:
    described = ' aria-describedby="problem" aria-invalid="true"' if is_wrong else ""
    return f"""<form method="post" action="{escape(action)}">
<input type="hidden" name="next" value="{escape(address)}">
<label for="login">Login</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false"
required autofocus{described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>"""
