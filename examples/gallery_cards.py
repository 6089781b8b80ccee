"""Every card of figures and content; what arrives is shown at the end."""

from typing import Any

from swell import Q, app, data, expando_to_dict, ui

VALUES = [12, 18, 15, 22, 19, 27, 24, 31, 26, 35, 33, 41]
SERIES = list(enumerate(VALUES))
PROFIT = {"profit": 41_250.5, "share": 0.125}
MONEY = '={{intl profit style="currency" currency="EUR" maximum_fraction_digits=0}}'
SHARE = '={{intl share style="percent" minimum_fraction_digits=1}}'


def rows() -> Any:
    """Return rows of a chart, which keep the last twelve."""
    return data("week answers", -12, rows=SERIES)


def figures() -> dict[str, Any]:
    """Return a card of each kind of figures, by its name."""

    return {
        "small_stat": ui.small_stat_card(
            "1 1 1 1", "Users", "={{intl users}}", data={"users": 1204}
        ),
        "small_series_stat": ui.small_series_stat_card(
            "2 1 1 1", "Answers", "41", rows(), "answers", plot_curve="smooth"
        ),
        "small_bars": ui.small_series_stat_card(
            "3 1 1 1",
            "Answers",
            "41",
            rows(),
            "answers",
            plot_zero_value=0,
            plot_category="week",
            plot_type="interval",
            plot_color="$teal",
        ),
        "wide_bar_stat": ui.wide_bar_stat_card(
            "4 1 2 1", "Storage", "62 GB", "of 100 GB", 0.62, plot_color="$azure"
        ),
        "wide_gauge_stat": ui.wide_gauge_stat_card(
            "6 1 2 1", "Goal", MONEY, SHARE, 0.72, plot_color="$mint", data=PROFIT
        ),
        "large_stat": ui.large_stat_card(
            "1 2 2 2", "Profit", MONEY, SHARE, "More than in any month before.", data=PROFIT
        ),
        "large_bar_stat": ui.large_bar_stat_card(
            "3 2 2 2",
            "Budget",
            "What the models of this month have cost.",
            MONEY,
            "50,000",
            "spent",
            "planned",
            0.82,
            plot_color="$tangerine",
            data=PROFIT,
        ),
        "tall_gauge_stat": ui.tall_gauge_stat_card(
            "5 2 1 2", "Helpful", "94 %", "of 310", 0.94, plot_color="$violet"
        ),
        "tall_series_stat": ui.tall_series_stat_card(
            "6 2 1 2", "Answers", "41", "this week", rows(), "answers", plot_color="$blue"
        ),
        "tall_bars": ui.tall_series_stat_card(
            "7 2 1 2",
            "Answers",
            "41",
            "this week",
            rows(),
            "answers",
            plot_zero_value=0,
            plot_category="week",
            plot_type="interval",
            plot_color="$pink",
        ),
        "wide_series_stat": ui.wide_series_stat_card(
            "1 4 2 1", "Answers", "41", "+8", rows(), "answers", plot_zero_value=0
        ),
        "wide_steps": ui.wide_series_stat_card(
            "3 4 2 1", "Errors", "41", "+8", rows(), "answers", plot_curve="step-after"
        ),
        "wide_pie_stat": ui.wide_pie_stat_card(
            "1 5 3 3",
            "Where questions come from",
            [
                ui.pie("Website", "55 %", 0.55, "$azure", "682"),
                ui.pie("Phone", "30 %", 0.3, "$mint", "372"),
                ui.pie("Mail", "10 %", 0.1, "$amber", "124"),
                ui.pie("Others", "5 %", 0.05, "$violet", "62"),
            ],
        ),
        "tall_stats": ui.tall_stats_card(
            "5 4 1 4",
            [ui.stat("Answers", "1.2k"), ui.stat("Users", "87"), ui.stat("Helpful", "94 %")],
        ),
        "stat_list": ui.stat_list_card(
            "6 4 2 4",
            "Models",
            [
                ui.stat_list_item("Small", "small", "fast", "812", "$mint", "0.2 s", "Rocket"),
                ui.stat_list_item("Large", "large", "thorough", "377", None, "1.9 s", "Library"),
                ui.stat_list_item("Local", caption="on this machine", value="15"),
            ],
            name="model",
            subtitle="Answers of this week",
        ),
        "stat_table": ui.stat_table_card(
            "1 8 4 3",
            "Languages",
            ["Language", "Users", "Answers"],
            [
                ui.stat_table_item("English", ["812", "5,120"], "en", icon="Globe"),
                ui.stat_table_item("German", ["377", "1,904"], "de", "Austria as well"),
                ui.stat_table_item("Arabic", ["15", "61"], colors=["", "$red"]),
            ],
            name="language",
        ),
    }


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        q.page["meta"] = ui.meta_card("", title="Gallery of cards", theme="light")
        for name, card in figures().items():
            q.page[name] = card
        shown = [ui.button("add", "Add a value"), ui.text("", name="arrived")]
        q.page["end"] = ui.form_card("5 8 3 3", shown)
    if q.args.add:
        for name in ("small_series_stat", "small_bars"):
            q.page[name].plot_data[-1] = [12, 48]
            q.page[name].value = "48"
    q.page["end"].arrived.content = f"`{expando_to_dict(q.args)}`"
    await q.page.save()
