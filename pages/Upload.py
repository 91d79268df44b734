"""The Upload: an analyst's file is looked at, mapped, drawn and published as a layer."""

from cop.ui.component.frame import render_page
from cop.ui.page.upload.page import render_upload

render_page(render_upload)
