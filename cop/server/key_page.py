"""Our own plain pages, as the one that asks for the room key: no script, large type."""

from html import escape

STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1b2430; --line: #6b7784;
  --act: #0072b2; --on: #ffffff; --wrong: #a4260a }
@media (prefers-color-scheme: dark) { :root { --ground: #0b1118; --ink: #e6ebf1; --line: #8b98a5;
  --act: #56b4e9; --on: #0b1118; --wrong: #ff9d7a } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--ink);
  font: clamp(1.125rem, 2.3vw, 6rem)/1.4 system-ui, 'DejaVu Sans', sans-serif }
main { width: min(34em, 92vw); padding: 1em 0 }
h1 { font-size: 1.6em; line-height: 1.2; margin: 0 0 .5em }
p { margin: 0 0 1em }
label { display: block; font-weight: 600; margin-bottom: .3em }
input, select, button { font: inherit; width: 100%; padding: .4em .6em; border-radius: .2em;
  border: 2px solid var(--line) }
input, select { background: var(--ground); color: var(--ink); margin-bottom: .6em }
button { background: var(--act); color: var(--on); border-color: var(--act); font-weight: 600 }
:focus-visible { outline: .15em solid var(--act); outline-offset: .15em }
.wrong { color: var(--wrong); font-weight: 600 }
a { color: var(--act) }
.below { margin-top: 1em }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.2em 0 }
"""


def render_join(
    action: str, address: str, *, wrong: bool = False, wait_s: int = 0, sign_in: str | None = None
) -> str:
    """Return the page; its form posts ``key`` and ``next`` (``address``) to ``action``.

    With ``wrong`` it says that the key was wrong, with ``wait_s`` how many seconds to wait.
    ``sign_in`` is the address of other ways in.
    """
    message = ""
    if wait_s:
        message = f"Too many wrong keys. Wait {wait_s} s, then try again."
    elif wrong:
        message = "Wrong room key. Check it and try again."
    other = f'<p><a href="{escape(sign_in)}">Sign in with an account</a></p>' if sign_in else ""
    return render_plain(
        "Join the room",
        f"""<p>This common operating picture is shared within one room. Enter the room key;
if you do not have it, ask the person who runs this server.</p>
{render_notice(message)}
{render_key_form(action, address, is_wrong=bool(message))}
{other}""",
    )


def render_key_form(
    action: str, address: str, *, is_wrong: bool = False, is_first: bool = True
) -> str:
    """Return the form for the room key; the first field of a page takes the focus."""
    described = 'aria-describedby="problem" aria-invalid="true"' if is_wrong else ""
    focus = " autofocus" if is_first else ""
    return f"""<form method="post" action="{escape(action)}">
<input type="hidden" name="next" value="{escape(address)}">
<label for="key">Room key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required{focus}
{described}>
<button type="submit">Join</button>
</form>"""


def render_notice(message: str) -> str:
    """Return what went wrong, as a screen reader reads it out; nothing for no message."""
    return f'<p class="wrong" id="problem" role="alert">{escape(message)}</p>' if message else ""


def render_plain(title: str, body: str) -> str:
    """Return a page with a title and a body of HTML."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
