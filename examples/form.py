"""A form, its answer, and a way back."""

from swell import Q, app, on, run_on, ui

ROOMS = {"garden": "the garden room", "tower": "the tower room"}


def questions(error: str | None = None) -> list[ui.Component]:
    return [
        ui.text_xl("Stay a night"),
        ui.textbox("guest", label="Your name", required=True, error=error),
        ui.dropdown(
            "room",
            label="Room",
            value="garden",
            choices=[ui.choice(key, label) for key, label in ROOMS.items()],
        ),
        ui.checkbox("breakfast", label="With breakfast", value=True),
        ui.separator(),
        ui.buttons([ui.button("book", "Book", primary=True)], justify="end"),
    ]


@on("book")
async def book(q: Q) -> None:
    guest = (q.args.guest or "").strip()
    if not guest:
        q.page["form"].items = questions(error="Please tell us your name.")
        return
    # An input that was not touched since the last submission is None; keep what was said first.
    q.client.room = q.args.room or q.client.room or "garden"
    room = ROOMS.get(q.client.room, "a room")
    q.page["form"].items = [
        ui.message_bar("success", f"Booked, {guest}. You have {room}."),
        ui.button("again", "Book another night", link=True),
    ]


@on("again")
async def again(q: Q) -> None:
    q.page["form"].items = questions()


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["form"] = ui.form_card(box="1 1 3 6", items=questions())
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
