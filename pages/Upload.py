"""The Upload page: an analyst's file is inspected, mapped, previewed, and published."""

from cop.ui.component.frame import render_page
from cop.ui.page.upload.page import render_upload

render_page(render_upload)
