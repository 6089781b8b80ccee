"""Every card and component of a page around a chat; what arrives is shown at the end."""

import json

from swell import Q, app, data, expando_to_dict, ui

ISSUES = [
    ("Answers stop after a minute", "Open", "Mail", 12, 0.35, "BUG", 1_767_268_800_000),
    ("A picture is upside down", "Closed", "Camera", 3, 1.0, "BUG,DONE", 1_767_355_200_000),
    ("Search does not find umlauts", "Open", "Search", 41, 0.6, "BUG", 1_767_441_600_000),
    ("Dark theme for the report", "Open", "Color", 7, 0.1, "IDEA", 1_767_528_000_000),
    ("Export as spreadsheet", "Closed", "Download", 28, 1.0, "IDEA,DONE", 1_767_614_400_000),
]


def tables() -> list[ui.Component]:
    """Return a table with every kind of cell, one in groups, and one whose rows come by pages."""
    tags = [ui.tag("BUG", "$red"), ui.tag("IDEA", "$azure"), ui.tag("DONE", "$mint")]
    commands = [ui.command("details", "Details"), ui.command("delete", "Delete")]
    columns = [
        ui.table_column("title", "Issue", sortable=True, searchable=True, cell_overflow="wrap"),
        ui.table_column("status", "Status", filterable=True, min_width="110px"),
        ui.table_column("icon", "Area", cell_type=ui.icon_table_cell_type()),
        ui.table_column("votes", "Votes", sortable=True, data_type="number", align="right"),
        ui.table_column("done", "Done", cell_type=ui.progress_table_cell_type("$mint")),
        ui.table_column("tags", "Tags", cell_type=ui.tag_table_cell_type("tags", tags)),
        ui.table_column("when", "Created", sortable=True, data_type="time"),
        ui.table_column("menu", "Actions", cell_type=ui.menu_table_cell_type(commands)),
    ]
    rows = [ui.table_row(f"i{at}", [*map(str, issue), ""]) for at, issue in enumerate(ISSUES)]
    people = ui.table_column("name", "Reported by", sortable=True)
    return [
        ui.table(
            "issues",
            columns,
            rows,
            multiple=True,
            groupable=True,
            downloadable=True,
            resettable=True,
            tooltip="Issues of the last week",
        ),
        ui.table(
            "people",
            [people],
            groups=[
                ui.table_group("Bob", [ui.table_row("b1", ["Bob 1"])]),
                ui.table_group("Jane", [ui.table_row("j1", ["Jane 1"])], collapsed=False),
            ],
        ),
        ui.table(
            "numbers",
            [ui.table_column("n", "Number", sortable=True), ui.table_column("s", "Square")],
            numbers(0),
            pagination=ui.table_pagination(total_rows=1000, rows_per_page=3),
            events=["page_change", "sort"],
        ),
        ui.tags(tags),
    ]


def numbers(offset: int) -> list[ui.TableRow]:
    """Return a page of three rows."""
    return [ui.table_row(f"n{n}", [n, n * n]) for n in range(offset, offset + 3)]


def inputs() -> list[ui.Component]:
    """Return every input but those of a text."""
    fruit = [ui.choice("apple", "Apple"), ui.choice("pear", "Pear"), ui.choice("plum", "Plum")]
    return [
        ui.toggle("notify", "Notify me", value=True, tooltip="By mail"),
        ui.slider("volume", "Volume", value=40, tooltip="In percent"),
        ui.range_slider("price", "Price", min=0, max=500, step=10, min_value=120, max_value=360),
        ui.inline(
            [
                ui.spinbox("guests", "Guests", min=1, max=12, value=2),
                ui.date_picker("day", "Day", value="2026-03-01", min="2026-01-01"),
                ui.time_picker("hour", "Time", value="19:30", required=True, minutes_step=15),
            ]
        ),
        ui.choice_group("fruit", "Fruit", "pear", fruit, required=True, inline=True),
        ui.checklist("basket", "Basket", ["apple"], fruit, inline=True),
        ui.combobox("shade", "Shade", value="Blue", choices=["Cyan", "Magenta", "Yellow"]),
        ui.combobox("shades", "Shades", values=["Cyan"], choices=["Cyan", "Magenta", "Yellow"]),
        ui.picker("jam", fruit, "Jam", values=["plum"], max_choices=2, tooltip="Two at most"),
        ui.inline(
            [
                ui.color_picker("ink", "Ink", value="#3c6e60", alpha=True),
                ui.color_picker("paper", "Paper", "$amber", ["$amber", "$mint", "$azure"]),
            ]
        ),
        ui.color_picker("frame", "Frame", inline=True),
    ]


def uploads() -> list[ui.Component]:
    """Return places for files."""
    return [
        ui.file_upload(
            "report",
            "Send the report",
            multiple=True,
            file_extensions=["csv", "pdf"],
            max_file_size=2,
            max_size=3,
            height="180px",
            tooltip="CSV or PDF",
        ),
        ui.file_upload("picture", "A picture", compact=True, required=True),
    ]


def display() -> list[ui.Component]:
    """Return what only shows something, and tabs."""
    picture = (
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='160' height='90'%3E"
        "%3Crect width='160' height='90' fill='%2387b7e0'/%3E"
        "%3Ccircle cx='120' cy='26' r='14' fill='%23fad6a5'/%3E"
        "%3Cpath d='M0 90V60q40-30 80 0t80 0v30z' fill='%233c6e60'/%3E%3C/svg%3E"
    )
    views = [ui.tab("mail", "Mail", "Mail"), ui.tab("calendar", "Calendar"), ui.tab("tasks")]
    return [
        ui.tabs("view", "calendar", views),
        ui.tabs("lines", "mail", views, link=True),
        ui.stats(
            [
                ui.stat("Answers", "1,204", "12 today", icon="Message", icon_color="$azure"),
                ui.stat("Users", "87", "3 new", icon="People", icon_color="$mint"),
                ui.stat("Helpful", "94 %"),
            ],
            inset=True,
        ),
        ui.inline(
            [
                ui.persona("Ada Lovelace", "Mathematician", size="s", name="ada"),
                ui.persona("Grace Hopper", "Admiral", initials_color="$violet", size="s"),
            ]
        ),
        ui.label("A picture", required=True, tooltip="Click it"),
        ui.image("Hills below an evening sun", path=picture, path_popup=picture, width="160px"),
        ui.expander("more", "Details", True, [ui.textbox("note", "Note"), ui.text("Below it.")]),
    ]


def people() -> list[ui.Component]:
    """Return small buttons, links, menus, users and steps."""
    names = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov")
    commands = [ui.command("profile", "Profile", icon="Contact"), ui.command("leave", "Leave")]
    return [
        ui.facepile([ui.persona(name) for name in names], name="invite", max=3),
        ui.stepper(
            "steps", [ui.step("Cart", done=True), ui.step("Address", "Home"), ui.step("Payment")]
        ),
        ui.mini_buttons(
            [ui.mini_button("like", "Like", "Like"), ui.mini_button("reply", "Reply", "Reply")]
        ),
        ui.inline([ui.menu(commands, label="Account"), ui.menu(commands, icon="Settings")]),
        ui.links([ui.link("Docs", "/docs"), ui.link("Code", "/code")], "Read more", inline=True),
    ]


def plots() -> list[ui.Component]:
    """Return a plot and a chart of Vega-Lite."""
    bars = {
        "data": {"values": [{"day": day, "n": n} for day, n in (("Mon", 34), ("Tue", 52))]},
        "mark": "bar",
        "encoding": {
            "y": {"field": "day", "type": "nominal"},
            "x": {"field": "n", "type": "quantitative"},
        },
        "height": 80,
    }
    return [
        ui.visualization(
            ui.plot(
                [ui.mark(type="interval", x="=hour", y="=n", color="=model", stack="auto", y_min=0)]
            ),
            data("hour model n", rows=ANSWERS, pack=True),
            height="220px",
            name="answers",
            events=["select_marks"],
        ),
        ui.vega_visualization(json.dumps(bars)),
    ]


ANSWERS = [
    (f"{hour}:00", model, 20 + hour * size % 17)
    for hour in range(8, 14)
    for model, size in (("small", 5), ("large", 3))
]


def overlays() -> list[ui.Component]:
    """Return buttons that open something over the page."""
    return [
        ui.buttons([ui.button("dialog", "Open a dialog"), ui.button("panel", "Open a side panel")])
    ]


def over(q: Q) -> None:
    """Open and close what stands over the page."""
    if q.args.dialog:
        q.page["meta"].dialog = ui.dialog(
            "Delete this chat?",
            [
                ui.text("It cannot be brought back."),
                ui.buttons([ui.button("yes", "Delete", primary=True), ui.button("no", "Keep it")]),
            ],
            width="400px",
            closable=True,
            name="asked",
            events=["dismissed"],
        )
    elif q.args.yes or q.args.no:
        q.page["meta"].dialog = None
    if q.args.panel:
        q.page["meta"].side_panel = ui.side_panel(
            "Settings",
            [ui.textbox("nick", "Name"), ui.button("close_panel", "Save", primary=True)],
            width="360px",
            closable=True,
        )
    elif q.args.close_panel:
        q.page["meta"].side_panel = None


SECTIONS = {
    "inputs": inputs,
    "uploads": uploads,
    "display": display,
    "people": people,
    "tables": tables,
    "plots": plots,
    "overlays": overlays,
}


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        zones = [ui.zone("header"), ui.zone("content"), ui.zone("footer")]
        q.page["meta"] = ui.meta_card(
            "", title="Gallery", theme="light", layouts=[ui.layout("xs", zones, max_width="1100px")]
        )
        q.page["header"] = ui.header_card("header", "Gallery", "Cards and components of a page")
        views = [ui.tab("inbox", "Inbox", "Mail"), ui.tab("archive", "Archive")]
        q.page["tabs"] = ui.tab_card("header", views)
        links = ui.inline([ui.link("Privacy", "/privacy"), ui.link("Imprint", "/imprint")])
        q.page["footer"] = ui.footer_card("footer", "Made with **Swell**", [links])
        for name, items in SECTIONS.items():
            q.page[name] = ui.form_card("content", items(), title=name.capitalize())
        load = [(day, (day * 7 % 11) / 11) for day in range(24)]
        q.page["load"] = ui.plot_card(
            "content",
            "Load",
            data("hour load", rows=load),
            ui.plot(
                [
                    ui.mark(type="area", x="=hour", y="=load", y_min=0, curve="smooth"),
                    ui.mark(type="line", x="=hour", y="=load", curve="smooth"),
                    ui.mark(y=0.8, label="Limit"),
                ]
            ),
        )
        end = [ui.button("show", "Show what arrives", primary=True), ui.text("", name="arrived")]
        q.page["end"] = ui.form_card("content", end)
    if q.events.numbers and q.events.numbers.page_change:
        q.page["tables"].numbers.rows = numbers(q.events.numbers.page_change["offset"])
    over(q)
    events = {name: expando_to_dict(event) for name, event in expando_to_dict(q.events).items()}
    q.page["end"].arrived.content = f"`{expando_to_dict(q.args)} {events}`"
    await q.page.save()
