"""A further language takes one file: server, client, setting and direction follow it."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from hatch_build import build_client
from playwright.sync_api import expect

from .chat import box, messages
from .conftest import ROOT, NewPage, Run

NAME = "tlh"
FACTS = {"tag": "tlh", "direction": "rtl", "thousands": "'"}


def marked(node: Any) -> Any:
    """Return texts that are known by their marks."""
    if isinstance(node, dict):
        return {key: marked(value) for key, value in node.items()}
    return f"«{node}»"


def checkout_with_a_further_file(folder: Path) -> Path:
    """Copy what the package is built from, add one file, build the client; return the sources."""
    left_out = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "src", folder / "src", ignore=left_out)
    shutil.rmtree(folder / "src/swell/web")
    shutil.copytree(ROOT / "web", folder / "web", ignore=left_out)
    (folder / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    locales = folder / "src/swell/locales"
    made = marked(json.loads((locales / "en.json").read_text(encoding="utf-8")))
    (locales / f"{NAME}.json").write_text(json.dumps(made | {"language": FACTS}), encoding="utf-8")
    build_client(folder)
    return folder / "src"


def test_a_further_language_takes_one_file(start: Run, new_page: NewPage, tmp_path: Path) -> None:
    source = (ROOT / "examples/chat/hello.py").read_text()
    paths = [str(checkout_with_a_further_file(tmp_path)), os.environ.get("PYTHONPATH", "")]
    app = start(source, env={"PYTHONPATH": os.pathsep.join(filter(None, paths))})
    page = new_page(locale=NAME)
    page.goto(app.url)
    expect(page.locator("html")).to_have_attribute("lang", FACTS["tag"])
    expect(page.locator("html")).to_have_attribute("dir", FACTS["direction"])
    preloaded = page.locator(f'link[rel="modulepreload"][href*="/{NAME}-"]')
    expect(preloaded).to_have_count(1)
    expect(box(page, "chat")).to_have_attribute("placeholder", "«Type your message»")
    box(page, "chat").fill("Hi")
    box(page, "chat").press("Enter")
    expect(messages(page)).to_have_count(2)
    # The client's words around the server's.
    page.locator("a.thread").hover()
    page.get_by_role("button", name="«Menu of Hi»").click()
    page.get_by_role("menuitem", name="«Share…»", exact=True).click()
    page.get_by_role("button", name="«New link»").click()
    panel = page.locator(".card.form")
    expect(panel).to_contain_text(re.compile("«Anyone with this link can read .*Hi"))

    english = new_page(locale="en-GB")
    english.goto(app.url)
    expect(box(english, "chat")).to_have_attribute("placeholder", "Type your message")

    again = start(source, name="other.py", env={"PYTHONPATH": paths[0], "SWELL_LOCALE": NAME})
    other = new_page(locale="de")
    other.goto(again.url)
    expect(box(other, "chat")).to_have_attribute("placeholder", "«Type your message»")
