"""Push to the pages of a running server: from scripts, threads, notebooks and other programs.

from swell import ui
from swell.remote import site

page = site["/demo"]
page["greeting"] = ui.markdown_card("1 1 4 2", "Hello", "from a script")
page.save()
"""

from .site import AsyncSite, Site, site

__all__ = ["AsyncSite", "Site", "site"]
