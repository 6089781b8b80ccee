"""`on`, `run_on` and `handle_on` where Wave has them."""

from swell.routing import handle_on as handle_on
from swell.routing import on as on
from swell.routing import run_on as run_on
