"""A dashboard beside a chat: answers and inputs change it, and one answer opens a panel."""

import asyncio
import random

from swell import data, ui
from swell.chat import Event, ThreadPage, Turn, chat

COLUMNS = [ui.table_column("step", "Step"), ui.table_column("load", "Load")]
BARS = ui.plot([ui.mark(type="interval", x="=step", y="=load", y_min=0, y_max=100)])


def layout(page: ThreadPage) -> None:
    page["load"] = ui.plot_card("page", "Load", data("step load", -12), BARS)
    inputs = [
        ui.slider("steps", label="Steps", min=3, max=12, value=6, trigger=True),
        ui.date_picker("day", label="Day", trigger=True),
        ui.file_upload("log", label="Log", compact=True),
        ui.progress("Measuring", caption="Of six steps", value=0, name="done"),
    ]
    page["inputs"] = ui.form_card("page", [*inputs, ui.table("loads", COLUMNS, rows=[])])


@chat("/", title="Loads", page=layout, page_width="50%", suggestions=["Measure", "Explain"])
async def answer(turn: Turn):
    rows: list[ui.TableRow] = []
    for step in range(1, 7):
        load = random.randint(20, 95)
        rows.append(ui.table_row(str(step), [f"Step {step}", str(load)]))
        turn.page["load"].data += [str(step), load]
        turn.page["inputs"].done.value, turn.page["inputs"].loads.rows = step / 6, list(rows)
        await turn.page.save()
        yield f"Step {step}: {load}\n\n"
        await asyncio.sleep(0.1)
    turn.page["meta"].side_panel = ui.side_panel("Result", [ui.text("Done.")], closable=True)


@chat.on("steps", "day", "log")
async def changed(event: Event) -> None:
    event.page["inputs"].done.caption = f"{event.name}: {event.value}"
