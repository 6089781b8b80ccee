"""Conversations of any length, made by importing them as a person would."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from .chat import messages


def exported(count: int) -> dict[str, Any]:
    """Return an exported chat of so many messages: `Question 0`, `Answer 1 ...`, and so on."""
    made = [
        {
            "id": f"m{n}",
            "role": "assistant" if n % 2 else "user",
            "parts": [{"type": "text", "text": words(n)}],
            "created": 1.7e9 + n,
            "parent": f"m{n - 1}" if n else None,
        }
        for n in range(count)
    ]
    return {
        "format": "swell.thread",
        "version": 1,
        "title": f"{count} messages",
        "created": 1.7e9,
        "leaf": f"m{count - 1}",
        "messages": made,
    }


def words(n: int) -> str:
    """Return the text of a message; answers differ in height, as those of models do."""
    if n % 2 == 0:
        return f"Question {n}?"
    lines = "\n\n".join(f"Line {line} of answer {n}." for line in range(n % 7))
    code = f"\n\n```python\nanswer = {n}\nprint(answer)\n```" if n % 3 == 0 else ""
    return f"Answer {n}.\n\n{lines}{code}"


def open_thread(page: Page, count: int, folder: Path) -> None:
    """Import a conversation of so many messages and load the page anew, at its end."""
    file = folder / "thread.json"
    file.write_text(json.dumps(exported(count)))
    page.get_by_role("button", name="More actions").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Import a chat…").click()
    chooser.value.set_files(str(file))
    expect(page).to_have_url(re.compile("#t/"))
    expect(messages(page).last).to_contain_text(words(count - 1).split("\n")[0])
    page.reload()
    expect(messages(page).last).to_contain_text(words(count - 1).split("\n")[0])
