"""Files that edit `q.page` with no app around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swell.app import App
from swell.cli.fragment import add_fragment, is_fragment
from swell.testing import Client, connect

PAINT = """
from h2o_wave import data
q.page['talk'] = ui.chatbot_card('1 1 4 4', 'talk', data('content from_user', t='list'))
q.page['talk'].data += ['Hi', False]
"""
ANSWER = """
if not q.client.ready:
    q.client.ready = True
    q.page['talk'] = ui.chatbot_card('1 1 4 4', 'talk', data('content from_user', t='list'))
if q.args.talk:
    await q.sleep(0)
    q.page['talk'].data += [q.args.talk, True]
"""


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (PAINT, True),
        (ANSWER, True),
        ("from swell import app\n@app('/')\nasync def serve(q): q.page.drop()\n", False),
        ("q = 1\nprint(q)\n", False),
        ("import queue as q\nprint(q)\n", False),
        ("names = [lambda q: q]\n", False),
        ("for q in (1, 2): print(q)\n", False),
        ("q.page[ = \n", False),
    ],
)
def test_a_fragment_uses_q_and_does_not_make_it(tmp_path: Path, source: str, answer: bool) -> None:
    (tmp_path / "file.py").write_text(source)
    assert is_fragment(tmp_path / "file.py") is answer


async def opened(tmp_path: Path, source: str, client_prompts: list[str]) -> Client:
    (tmp_path / "file.py").write_text(source)
    app = App()
    add_fragment(app, tmp_path / "file.py")
    async with connect(app.routes["/"].handler) as client:
        for prompt in client_prompts:
            await client.act("talk", prompt)
        return client


@pytest.mark.anyio
async def test_one_that_only_paints_does_so_once(tmp_path: Path) -> None:
    client = await opened(tmp_path, PAINT, ["a", "b"])
    assert client.page["talk"]["data"] == [["Hi", False]]


@pytest.mark.anyio
async def test_one_that_reads_args_answers_each_time_and_may_await(tmp_path: Path) -> None:
    client = await opened(tmp_path, ANSWER, ["a", "b"])
    assert client.page["talk"]["data"] == [["a", True], ["b", True]]
