"""A web component of the app itself: stars to click, in 30 lines of `static/stars.js`."""

from pathlib import Path

from swell import Q, app, main, ui

main.serve_folder("/static", Path(__file__).parent / "static", modules=True)


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.client.initialized = True
        stars = ui.element(
            "rating", "star-rating", "/static/stars.js", {"value": 3, "label": "Taste"}, ["rated"]
        )
        q.page["form"] = ui.form_card("1 1 3 3", [stars, ui.text("Click a star.", name="said")])
    if q.events.rating:
        value = q.events.rating.rated
        q.page["form"].rating.properties = {"value": value, "label": "Taste"}
        q.page["form"].said.content = f"{value} of 5"
    await q.page.save()
