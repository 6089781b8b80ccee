"""Ask the person in the middle of an answer: with a form, then with two buttons."""

from swell import ui
from swell.chat import Turn, chat

MONTHS = [ui.choice(name, name) for name in ("May", "June", "July")]


@chat("/", title="Trips", suggestions=["Plan a trip"])
async def answer(turn: Turn):
    yield "Two things I have to know first.\n\n"
    trip = await turn.ask(
        ui.textbox("city", "Where to?", value="Lisbon"),
        ui.dropdown("month", "When?", value="May", choices=MONTHS),
    )
    yield f"Six days in **{trip.city}** in {trip.month} cost 480 euros.\n\n"
    if await turn.confirm(f"Book {trip.city}?", yes="Book it", no="Not now"):
        yield "It is booked."
    else:
        yield "Nothing is booked."
