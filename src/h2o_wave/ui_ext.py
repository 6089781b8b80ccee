"""`box` and `boxes` where Wave has them."""

from swell.cards.box import box as box
from swell.cards.box import boxes as boxes
