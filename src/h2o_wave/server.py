"""`app`, `main` and the query context where Wave has them."""

from swell.app import main as main
from swell.query import MULTICAST as MULTICAST
from swell.query import UNICAST as UNICAST
from swell.query import Auth as Auth
from swell.query import Q as Q
from swell.query import Query as Query
from swell.wave_rules import app as app
