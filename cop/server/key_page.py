"""The page that asks for the room key: no script, large type, the browser's theme."""

from html import escape

_STYLE = """
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
input, button { font: inherit; width: 100%; padding: .4em .6em; border-radius: .2em;
  border: 2px solid var(--line) }
input { background: var(--ground); color: var(--ink); margin-bottom: .6em }
button { background: var(--act); color: var(--on); border-color: var(--act); font-weight: 600 }
:focus-visible { outline: .15em solid var(--act); outline-offset: .15em }
.wrong { color: var(--wrong); font-weight: 600 }
"""


def render_join(action: str, address: str, *, wrong: bool = False, wait_s: int = 0) -> str:
    """Return the page; its form posts ``key`` and ``next`` (``address``) to ``action``.

    With ``wrong`` it says that the key was wrong, with ``wait_s`` how many seconds to wait.
    """
    message = ""
    if wait_s:
        message = f"Too many wrong keys. Wait {wait_s} s, then try again."
    elif wrong:
        message = "Wrong room key. Check it and try again."
    notice = f'<p class="wrong" id="said" role="alert">{message}</p>' if message else ""
    described = ' aria-describedby="said" aria-invalid="true"' if message else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Join the room</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Join the room</h1>
<p>This common operating picture is shared within one room. Enter the room key;
if you do not have it, ask the person who runs this server.</p>
{notice}
<form method="post" action="{escape(action)}">
<input type="hidden" name="next" value="{escape(address)}">
<label for="key">Room key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required
autofocus{described}>
<button type="submit">Join</button>
</form>
</main>
</body>
</html>
"""
