"""`app`, `main` and the query context where Wave has them."""

from h2o_wave.rules import app as app
from swell.app import main as main
from swell.query import MULTICAST as MULTICAST
from swell.query import UNICAST as UNICAST
from swell.query import Auth as Auth
from swell.query import Q as Q
from swell.query import Query as Query
