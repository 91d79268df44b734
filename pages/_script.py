"""The script that the server runs for each session: it passes the context on to the pages."""

from cop.app import list_pages, served_context
from cop.ui.app import run

run(served_context(), list_pages())
