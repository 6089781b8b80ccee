"""`site`: scripts, threads and notebooks push pages to a real `swell serve`, and tabs show them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from swell import data, ui
from swell.errors import CardError, PushError
from swell.remote import AsyncSite, Site

from .rig import Served, Viewer, cards, free_port, script, serving_pages


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving_pages() as served:
        yield served


@pytest.fixture
def site(server: Served) -> Site:
    return Site(server.address)


def note(content: str) -> ui.MarkdownCard:
    return ui.markdown_card("1 1 4 2", "Note", content)


HELLO = """
from h2o_wave import site, ui

page = site['/hello']
page['note'] = ui.markdown_card(box='1 1 4 2', title='Hello', content='from a script')
page.save()
"""


def test_a_script_pushes_a_page_that_every_tab_shows(server: Served) -> None:
    assert server.get("/hello")[0] == 404
    done = script(server.address, HELLO)
    assert (done.returncode, done.stderr) == (0, "")
    assert server.get("/hello")[0] == 200
    for _ in range(2):
        assert cards(server, "/hello")["note"]["content"] == "from a script"


def test_open_tabs_follow_what_scripts_change(server: Served, site: Site) -> None:
    page = site["/follow"]
    page["note"] = note("one")
    page.save()
    viewer = Viewer(server, "/follow")
    page["note"].content = "two"
    page.save()
    viewer.until(lambda shown: shown["note"]["content"] == "two")
    other = Site(server.address)["/follow"]
    other["note"].content += " and three"
    other["second"] = note("of another script")
    other.save()
    shown = viewer.until(lambda shown: "second" in shown)
    viewer.close()
    assert shown["note"]["content"] == "two and three"


def test_rows_are_pushed_one_by_one(server: Served, site: Site) -> None:
    page = site["/rows"]
    page["chat"] = ui.chatbot_card("1 1 4 8", "chat", data("content from_user", t="list"))
    page.save()
    viewer = Viewer(server, "/rows")
    page["chat"].data += ["Hi", True]
    page["chat"].data += ["Hel", False]
    page.save()
    page["chat"].data[-1] = ["Hello", False]
    page["chat"].data[-1].content += " you"
    page.save()
    shown = viewer.until(lambda shown: "you" in str(shown))
    viewer.close()
    assert shown["chat"]["data"]["r"] == [[0, ["Hi", True]], [1, ["Hello you", False]]]


def test_a_program_reads_what_is_on_a_page(site: Site) -> None:
    page = site["/read"]
    page["chat"] = ui.chatbot_card("1 1 4 8", "chat", data("content from_user", -3))
    for text in "abcd":
        page["chat"].data += [text, True]
    page.save()
    assert page.load() == {
        "p": {
            "c": {
                "chat": {
                    "d": {"view": "chatbot", "box": "1 1 4 8", "name": "chat", "~data": 0},
                    "b": [
                        {
                            "c": {
                                "f": ["content", "from_user"],
                                "d": [["d", True], ["b", True], ["c", True]],
                                "n": 3,
                                "i": 1,
                            }
                        }
                    ],
                }
            }
        }
    }


def test_a_page_ends_with_its_last_card(server: Served, site: Site) -> None:
    page = site["/ends"]
    page["a"], page["b"] = note("a"), note("b")
    page.save()
    del page["a"]
    page.save()
    assert list(page.load()["p"]["c"]) == ["b"]
    del site["/ends"]
    assert server.get("/ends")[0] == 404
    with pytest.raises(PushError, match="/ends: no program has pushed a page there"):
        page.load()


def test_a_mistake_is_an_error_at_the_line_that_made_it(site: Site) -> None:
    page = site["/mistake"]
    page["note"] = note("right")
    with pytest.raises(CardError, match="contnt"):
        page["note"]["contnt"] = "wrong"
    page.save()
    elsewhere = site["/mistake"]  # which knows no card: the server refuses
    elsewhere["note"]["contnt"] = "wrong"
    with pytest.raises(PushError, match="contnt"):
        elsewhere.save()
    assert page.load()["p"]["c"]["note"]["d"]["content"] == "right"


def test_under_h2o_wave_a_mistake_is_a_warning_with_the_line(server: Served) -> None:
    done = script(
        server.address,
        "from h2o_wave import site, ui\n"
        "page = site['/warned']\n"
        "page['f'] = ui.markdown_card('1 1 2 2', 'Title', 'text')\n"
        "page['f'].foo = 1\n"
        "page['other'].bar = 1\n"
        "page['raw'] = dict(x=1)\n"
        "page.save()\n"
        "print(sorted(page.load()['p']['c']))\n",
    )
    assert done.returncode == 0
    assert done.stdout == "['f', 'raw']\n"  # as Wave's server, it keeps what is not drawn
    assert "line 4: card 'f'" in done.stderr
    assert "line 7: there is no card 'other'" in done.stderr


def test_when_no_server_listens_the_error_says_how_to_start_a_server() -> None:
    page = Site(f"http://127.0.0.1:{free_port()}")["/x"]
    page["note"] = note("x")
    with pytest.raises(PushError, match=r"no server answers .*Start one with `swell serve`"):
        page.save()


def test_what_was_not_sent_is_sent_with_the_next_save() -> None:
    with serving_pages() as server:
        page = Site(server.address)["/late"]
        server.stop()
        page["a"] = note("before the server")
        with pytest.raises(PushError, match="no server answers"):
            page.save()
        server.start()
        page["b"] = note("after")
        page.save()
        assert list(page.load()["p"]["c"]) == ["a", "b"]


def test_a_server_that_starts_again_gets_the_whole_page() -> None:
    """The script waits for it, and tabs come back automatically."""
    with serving_pages() as server:
        page = Site(server.address)["/again"]
        page["a"] = note("a")
        page["chat"] = ui.chatbot_card("1 3 4 8", "chat", data("content from_user", t="list"))
        page["chat"].data += ["one", True]
        page.save()
        server.stop()
        starting = threading.Timer(1.0, server.start)
        starting.start()
        page["chat"].data += ["two", True]
        page.save()  # while no server listens
        starting.join()
        shown = cards(server, "/again")
        assert shown["a"]["content"] == "a"
        assert [row[1][0] for row in shown["chat"]["data"]["r"]] == ["one", "two"]
        page["chat"].data += ["three", True]
        page.save()
        assert len(cards(server, "/again")["chat"]["data"]["r"]) == 3


def test_threads_share_a_site_and_a_page(server: Served, site: Site) -> None:
    page = site["/threads"]
    page["chat"] = ui.chatbot_card("1 1 4 8", "chat", data("content from_user", t="list"))
    page.save()

    def push(name: int) -> None:
        own = site[f"/thread/{name}"]
        for number in range(20):
            own["note"] = note(str(number))
            own.save()
            shared = site["/threads"]
            shared["chat"].data += [f"{name}:{number}", True]
            shared.save()

    threads = [threading.Thread(target=push, args=(name,)) for name in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    rows = [row[1][0] for row in cards(server, "/threads")["chat"]["data"]["r"]]
    assert len(rows) == 80
    for name in range(4):
        own_rows = [row for row in rows if row.startswith(f"{name}:")]
        assert own_rows == [f"{name}:{number}" for number in range(20)]
        assert cards(server, f"/thread/{name}")["note"]["content"] == "19"


def test_async_saves_arrive_in_their_order(server: Served) -> None:
    site = AsyncSite(server.address)

    async def push(first: int) -> None:
        page = site["/async"]
        if not first:
            page["chat"] = ui.chatbot_card("1 1 4 8", "chat", data("content from_user", t="list"))
        saves = []
        for number in range(first, first + 20):
            page["chat"].data += [str(number), True]
            saves.append(asyncio.ensure_future(page.save()))
            await asyncio.sleep(0)
        await asyncio.gather(*saves)

    asyncio.run(push(0))
    asyncio.run(push(20))  # in another event loop
    rows = cards(server, "/async")["chat"]["data"]["r"]
    assert [row[1][0] for row in rows] == [str(number) for number in range(40)]


def test_a_notebook_saves_while_its_event_loop_runs(server: Served) -> None:
    """As a cell of Jupyter does: the code runs inside a loop that it may not start again."""
    site = Site(server.address)

    async def cell() -> None:
        page = site["/notebook"]
        page["note"] = note("from a cell")
        page.save()
        again = AsyncSite(server.address)["/notebook"]
        again["note"].content += ", awaited"
        await again.save()

    asyncio.run(cell())
    assert cards(server, "/notebook")["note"]["content"] == "from a cell, awaited"


@pytest.mark.parametrize("url", ["/_s/x", "/_f/", "/a/../b", "/a//b", "/a?b", "/" + "x" * 600])
def test_some_addresses_are_no_pages(site: Site, url: str) -> None:
    page = site[url]
    page["note"] = note("x")
    with pytest.raises(PushError):
        page.save()
