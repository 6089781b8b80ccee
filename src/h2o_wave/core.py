"""Pages, data and Expando where Wave has them; stand-ins for its HTTP client of a server."""

from swell.errors import SwellError
from swell.expando import Expando as Expando
from swell.expando import clone_expando as clone_expando
from swell.expando import copy_expando as copy_expando
from swell.expando import expando_to_dict as expando_to_dict
from swell.page.page import AsyncPage as AsyncPage
from swell.page.page import Page as Page
from swell.page.page import PageBase as PageBase
from swell.page.page import Ref as Ref
from swell.query import BROADCAST as BROADCAST
from swell.query import MULTICAST as MULTICAST
from swell.query import UNICAST as UNICAST
from swell.schema.data import Data as Data
from swell.schema.data import data as data
from swell.schema.data import pack as pack
from swell.site import AsyncSite as AsyncSite
from swell.wave.stubs import functions, unsupported_class, unsupported_object

_HINT = "Pages live in the process of the app: write a handler with `@app` and edit `q.page`."

Site = unsupported_class("Site", "h2o_wave.Site", _HINT)
site = unsupported_object("h2o_wave.site", _HINT)
marshal, unmarshal = functions("h2o_wave.core", "marshal unmarshal", "Use the module `json`.")


class ServiceError(SwellError):
    """Never raised: no separate server can fail. It exists so that code can catch it."""
