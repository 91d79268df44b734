"""The form for reports from the field: for a phone, one hand, with and without a connection."""

from html import escape
from typing import Final

from cop.model.event import KINDS
from cop.server.key_page import STYLE

SCRIPT: Final = "report.js"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
}
"""Headers of the form, in place of the usual ones: it may ask where the phone is."""
_STYLE: Final = """
body { display: block; font: 1.0625rem/1.45 system-ui, 'DejaVu Sans', sans-serif }
main { width: min(34rem, 100%); margin: 0 auto; padding: .75rem 1rem 6rem }
h1 { font-size: 1.35rem; margin: 0 0 .25rem }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0 }
legend, label { font-weight: 600; margin-bottom: .3rem; padding: 0 }
input, select, textarea, button { min-height: 3rem; font: inherit }
textarea { width: 100%; min-height: 5rem; padding: .4em .6em; border: 2px solid var(--line);
  border-radius: .2em; background: var(--ground); color: var(--ink) }
.kinds { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem }
.kinds label { display: flex; align-items: center; gap: .5rem; min-height: 3rem; margin: 0;
  padding: .25rem .6rem; border: 2px solid var(--line); border-radius: .3rem; font-weight: 500 }
.kinds label:has(:checked) { border-color: var(--act); background: color-mix(in srgb,
  var(--act) 18%, transparent) }
.kinds input { width: 1.3rem; min-height: 1.3rem; margin: 0 }
.count { display: grid; grid-template-columns: 3.5rem 1fr 3.5rem; gap: .5rem }
.count input { text-align: center; margin: 0 }
.second { background: var(--ground); color: var(--ink); border-color: var(--line) }
.place { margin: .3rem 0 .6rem; font-variant-numeric: tabular-nums }
.map { position: relative; margin: .5rem 0 }
.map img { display: block; width: 100%; border-radius: .3rem; touch-action: manipulation }
.map .at { position: absolute; width: 18px; height: 18px; margin: -9px 0 0 -9px;
  border: 3px solid #fff; border-radius: 50%; background: #d55e00; pointer-events: none }
.map .zoom { position: absolute; right: .5rem; top: .5rem; display: grid; gap: .4rem }
.map .zoom button { width: 3rem }
.bar { position: fixed; left: 0; right: 0; bottom: 0; padding: .6rem 1rem;
  background: var(--ground); border-top: 1px solid var(--line) }
.bar > * { max-width: 32rem; margin: 0 auto; display: block }
.state { padding: .5rem .7rem; border-left: 4px solid var(--act); margin: .5rem 0 1rem }
.state.off { border-color: #d55e00 }
.hint { font-size: .9rem; margin: 0 0 .6rem }
#sent { list-style: none; padding: 0; margin: 0 }
#sent > li { padding: .6rem 0; border-top: 1px solid var(--line) }
#sent ol { margin: .3rem 0 0; padding-left: 1.2rem; font-size: .95rem }
#sent img { display: block; width: 100%; margin: .5rem 0; border-radius: .3rem }
#sent button { margin: .5rem .5rem 0 0 }
[hidden] { display: none !important }
"""


def render_report_page() -> str:
    """Return the page; it says nothing of who opens it, so that a phone may keep it."""
    kinds = "\n".join(
        f'<label><input type="radio" name="kind" value="{escape(kind)}" required>'
        f"{escape(title)}</label>"
        for kind, title in KINDS.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report from the field</title>
<link rel="icon" href="data:,">
<style>{STYLE}{_STYLE}</style>
<script type="module" src="/assets/{SCRIPT}"></script>
</head>
<body>
<main>
<h1>Report from the field</h1>
<p class="state" id="state" role="status">Looking for the server …</p>
<form id="report" novalidate>
<fieldset><legend>What</legend>
<div class="kinds">
{kinds}
</div>
</fieldset>
<fieldset><label for="count">How many</label>
<div class="count">
<button class="second" type="button" id="fewer" aria-label="One fewer">&minus;</button>
<input id="count" name="count" type="number" inputmode="numeric" min="1" max="10000" value="1"
 required>
<button class="second" type="button" id="more" aria-label="One more">+</button>
</div>
</fieldset>
<fieldset><legend>Where</legend>
<button type="button" id="here">Where I am</button>
<p class="place" id="place" role="status">No place yet.</p>
<div class="map" id="map" hidden>
<img id="still" alt="Map: tap where it was" width="358" height="240">
<span class="at" id="at" hidden></span>
<div class="zoom"><button class="second" type="button" id="closer" aria-label="Closer">+</button>
<button class="second" type="button" id="farther" aria-label="Farther">&minus;</button></div>
</div>
<label for="grid">Or MGRS, or latitude and longitude</label>
<input id="grid" name="grid" autocomplete="off" autocapitalize="characters" spellcheck="false"
 placeholder="12R WV 05961 67042">
</fieldset>
<fieldset><label for="when">When</label>
<input id="when" name="when" type="datetime-local" required>
</fieldset>
<fieldset><label for="note">Note</label>
<textarea id="note" name="note" maxlength="500" aria-describedby="note-hint"></textarea>
<p class="hint" id="note-hint">No names, faces, plates or numbers of persons.</p>
</fieldset>
<fieldset><label for="photo">Photo</label>
<input id="photo" name="photo" type="file" accept="image/*" capture="environment">
</fieldset>
<p class="wrong" id="problem" role="alert" hidden></p>
<div class="bar"><button type="submit" id="send">Send report</button></div>
</form>
<h2 id="sent-title">Your reports</h2>
<ul id="sent" aria-labelledby="sent-title"></ul>
<p class="hint" id="none">None yet.</p>
</main>
</body>
</html>
"""
