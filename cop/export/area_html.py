"""The brief of an area as one HTML file: it opens without a network, on a phone or a desk."""

import base64
from html import escape
from typing import Final

from cop.export.area_brief import AreaBrief
from cop.model.marking import marking_color

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1d2733; --muted: #52616f;
  --line: #c9d1d9 }
@media (prefers-color-scheme: dark) { :root { --ground: #0b1118; --ink: #e6ebf1; --muted: #a5b1bd;
  --line: #2c3947 } }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, 'DejaVu Sans', sans-serif }
.banner { background: #000; color: var(--mark); font-weight: 700; text-align: center;
  padding: .3rem; letter-spacing: .04em }
.banner.synthetic { background: #e69f00; color: #1b1200 }
main { max-width: 46rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 1.4rem 0 .3rem; border-bottom: 1px solid var(--line) }
p, ul { margin: .2rem 0 }
ul { padding-left: 1.2rem }
.muted { color: var(--muted); font-size: .88rem }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .6rem;
  margin: 1rem 0 }
dt { color: var(--muted); font-size: .88rem }
dd { margin: 0; font-size: 1.4rem; font-weight: 650; font-variant-numeric: tabular-nums }
dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--muted) }
img { width: 100%; border-radius: 4px }
"""


def render_area_html(brief: AreaBrief) -> bytes:
    """Return the brief as one UTF-8 file without anything that is loaded."""
    image = base64.b64encode(brief.image).decode()
    body = f"""{_banner(brief)}
<main>
<h1>{escape(brief.title)}</h1>
<p>{escape(brief.made_at_words)}</p>
<p class="muted">{escape(brief.scope.line)}</p>
{render_area_figures(brief)}
<img src="data:image/png;base64,{image}" alt="Map of {escape(brief.place)}">
{render_area_sections(brief)}
<h2>Sources</h2>
{_lines(brief.source_lines)}
<p class="muted">{escape(brief.stamp)}</p>
</main>
{_banner(brief)}"""
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{escape(brief.banner)} {escape(brief.title)}</title>
<style>{_STYLE}:root {{ --mark: {marking_color(brief.marking)} }}</style>
</head>
<body>
{body}
</body>
</html>
"""
    return page.encode()


def render_area_figures(brief: AreaBrief) -> str:
    """Return the headline figures as HTML."""
    cells = "".join(
        f"<div><dt>{escape(figure.title)}</dt><dd>{escape(figure.value)}"
        f"<small>{escape(figure.change or '')}</small></dd></div>"
        for figure in brief.figures
    )
    return f"<dl>{cells}</dl>"


def render_area_sections(brief: AreaBrief) -> str:
    """Return the sections as HTML."""
    return "\n".join(
        f"<section><h2>{escape(section.title)}</h2>{_lines(section.lines)}</section>"
        for section in brief.sections
    )


def _lines(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _banner(brief: AreaBrief) -> str:
    kind = "banner synthetic" if brief.synthetic else "banner"
    return f'<div class="{kind}">{escape(brief.banner)}</div>'
