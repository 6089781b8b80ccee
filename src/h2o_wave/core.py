"""Pages, data and Expando where Wave has them, and `site` for programs outside of an app."""

from swell.errors import PushError
from swell.expando import Expando as Expando
from swell.expando import clone_expando as clone_expando
from swell.expando import copy_expando as copy_expando
from swell.expando import expando_to_dict as expando_to_dict
from swell.page.page import PageBase as PageBase
from swell.page.page import Ref as Ref
from swell.query import BROADCAST as BROADCAST
from swell.query import MULTICAST as MULTICAST
from swell.query import UNICAST as UNICAST
from swell.schema.data import Data as Data
from swell.schema.data import data as data
from swell.schema.data import pack as pack
from swell.wave.stubs import functions

from .sites import AsyncPage as AsyncPage
from .sites import AsyncSite as AsyncSite
from .sites import Page as Page
from .sites import Site as Site
from .sites import site as site

ServiceError = PushError
marshal, unmarshal = functions("h2o_wave.core", "marshal unmarshal", "Use the module `json`.")
