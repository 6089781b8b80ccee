"""HTML of an app: what is drawn, what runs, and where."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from playwright.sync_api import expect

from .conftest import ROOT, NewPage, Run
from .test_xss import WATCH, payloads

DANGEROUS = """
[...document.querySelectorAll('.markup *')].filter((one) =>
  [...one.attributes].some(({ name }) => /^(on|srcdoc|action|formaction)/.test(name))).length
"""

APP = """
import json
from pathlib import Path

from swell import Q, app, data, ui

HTML = "<center style='color: red'>in the <b>middle</b></center>"
FRAME = '''<!doctype html><p id=x>waiting</p><script>
let found;
try { found = document.cookie; } catch (error) { found = "no cookie"; }
try { parent.document.title = "taken"; } catch (error) { found += ", no parent"; }
document.getElementById("x").textContent = `${found}, origin ${origin}`;
</script>'''


@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["meta"] = ui.meta_card(
            "", script=ui.inline_script("document.title = 'by a script'", targets=["clock"])
        )
        q.page["text"] = ui.markdown_card("1 1 3 2", "", HTML)
        q.page["markup"] = ui.markup_card("4 1 3 2", "Clock", '<div id="clock">soon</div>')
        q.page["template"] = ui.template_card(
            "7 1 3 2", "", "{{#each this}}<li>{{name}}</li>{{/each}}", data("name", rows=[["<i>a"]])
        )
        q.page["chat"] = ui.chatbot_card(
            "1 3 3 4", "bot", data("content from_user", t="list", rows=[[HTML, False]])
        )
        q.page["frame"] = ui.frame_card("4 3 3 4", "Frame", content=FRAME)
        q.page["other"] = ui.frame_card("7 3 3 4", "Other", path="https://other.example/x")
        items = [ui.text("", name="text"), ui.button("go", "Go")]
        q.page["form"] = ui.form_card("1 7 9 3", items)
    if q.args.more:
        q.page["form"].text.content = "more was pressed"
    if q.args.go:
        q.page["form"].items = [
            ui.button("went", "Went"),
            *[
                component(payload)
                for payload in json.loads(Path("payloads.json").read_text())
                for component in (ui.text, ui.markup, ui.template)
                if component is not ui.template or "{{" not in payload
            ],
        ]
    if q.args["#"] == "link":
        q.page["text"].content = HTML + ' <a href="?more">more</a>'
    await q.page.save()
"""


def test_html_of_an_app_is_drawn_and_that_of_messages_is_text(
    start: Run, new_page: NewPage
) -> None:
    app = start(APP)
    page = new_page()
    page.add_init_script(WATCH)
    page.goto(app.url)
    expect(page.locator("[data-test=text] center b")).to_have_text("middle")
    expect(page.locator("[data-message]").first).to_contain_text("<center")
    assert page.locator("[data-message] center").count() == 0
    expect(page.locator("[data-test=text] center")).to_have_css("color", "rgb(255, 0, 0)")
    expect(page.locator("[data-test=template] li")).to_have_text("<i>a")
    # Without an origin, the HTML in a frame has no cookies and no way out.
    frame = page.frame_locator("[data-test=frame] iframe")
    expect(frame.locator("#x")).to_have_text("no cookie, no parent, origin null")
    # Frames of origins that are not allowed are links; scripts of the app do not run.
    expect(page.locator("[data-test=other] a")).to_have_text("other.example")
    expect(page.locator("#clock")).to_have_text("soon")
    assert page.title() != "by a script"
    assert sum("page_scripts" in line for line in app.log) == 1
    page.goto(f"{app.url}#link")
    page.locator("[data-test=text] a").click()
    expect(page.locator("[data-test=form]")).to_contain_text("more was pressed")
    refused(new_page)


def test_nothing_hostile_runs_in_texts_of_an_app(
    start: Run, new_page: NewPage, tmp_path: Path
) -> None:
    hostile = [one for one in payloads() if "<" in one and "mermaid" not in one]
    (tmp_path / "payloads.json").write_text(json.dumps(hostile))
    page = new_page()
    app = start(APP.replace('path="https://other.example/x"', "content=''"))
    page.add_init_script(WATCH)
    page.route("**/*evil.example/**", lambda route: route.abort())
    page.goto(app.url)
    page.locator("[data-test=go]").click()
    expect(page.locator("[data-test=went]")).to_be_visible()
    expect(page.locator("[data-test=form] .markup").nth(len(hostile))).to_be_attached()
    assert page.evaluate("'__xss' in window") is False
    # The policy reports what it stops in documents that are only read, too; nothing of it is drawn.
    known = ("img-src", "base-uri", "script-src-attr", "style-src-attr", "style-src-elem inline")
    reports = page.evaluate("window.__reports")
    assert [one for one in reports if not one.startswith(known)] == []
    assert page.evaluate(DANGEROUS) == 0
    new_page.problems.clear()  # type: ignore[attr-defined]


def test_a_script_of_an_app_runs_where_the_setting_allows_it(start: Run, new_page: NewPage) -> None:
    app = start(APP, env={"SWELL_PAGE_SCRIPTS": "on"})
    page = new_page()
    page.goto(app.url)
    expect(page).to_have_title("by a script")
    assert not any("page_scripts" in line for line in app.log)
    refused(new_page)


def refused(new_page: NewPage) -> None:
    """Forget that the browser said which frame it refuses; nothing else was said."""
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems[:] = [one for one in problems if "Framing 'https://other.example/'" not in one]


def test_a_component_of_the_app_shows_properties_and_sends_events(
    start: Run, new_page: NewPage, tmp_path: Path
) -> None:
    own = ROOT / "examples" / "own_component"
    shutil.copytree(own / "static", tmp_path / "static")
    page = new_page()
    page.goto(start((own / "app.py").read_text()).url)
    star = page.get_by_role("button", name="Taste: 5")
    star.press("Enter")
    expect(page.locator("[data-test=said]")).to_have_text("5 of 5")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()


GRAPHICS = """
from h2o_wave import Q, app, graphics as g, ui

@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["clock"] = ui.graphics_card(
            "1 1 3 4", "0 0 100 100", width="100%", height="100%",
            stage=g.stage(
                face=g.circle(cx=50, cy=50, r=45, fill="none", stroke="red", onclick="alert(1)"),
                wave=g.spline([10, 30, 50], [60, 80, 60], curve="basis", fill="none"),
                sector=g.arc(r1=10, r2=20, a1=0, a2=90, transform="translate(50 50)"),
            ),
            scene=g.scene(hand=g.line(x1=50, y1=50, x2=50, y2=10, stroke="crimson")))
        q.page["form"] = ui.form_card("1 5 3 1", [ui.button("turn", "Turn")])
    elif q.args.turn:
        g.draw(q.page["clock"].scene.hand, transform="rotate(90 50 50)")
    await q.page.save()
"""


def test_shapes_are_drawn_and_moved(start: Run, new_page: NewPage) -> None:
    page = new_page()
    page.goto(start(GRAPHICS).url)
    circle = page.locator("[data-test=clock] circle")
    expect(circle).to_have_attribute("r", "45")
    assert circle.get_attribute("onclick") is None
    expect(page.locator("[data-test=clock] path")).to_have_count(2)
    hand = page.locator("[data-test=clock] line")
    assert hand.get_attribute("transform") is None
    page.locator("[data-test=turn]").click()
    expect(hand).to_have_attribute("transform", "rotate(90 50 50)")
