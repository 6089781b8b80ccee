"""The pages of docs/ hang together: links, pictures, generated pages, one page a card."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from swell.cards.base import CARDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def prose(file: Path) -> str:
    """Return a page without its code."""
    return re.sub(
        r"^```.*?^```$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", prose(file), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"`[^`]*`", "", prose(file))
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        assert found.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(found), f"{target} has no such heading"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_pictures_are_there_and_described(file: Path) -> None:
    for text, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", prose(file)):
        assert text
        assert (file.parent / target).is_file(), f"{target}: the browser tests make it"


def test_the_index_lists_every_page() -> None:
    listed = set(re.findall(r"\(([\w/-]+\.md)\)", (DOCS / "index.md").read_text()))
    assert listed == {p.relative_to(DOCS).as_posix() for p in PAGES[1:]} - {"index.md"}


def test_every_page_begins_with_its_title() -> None:
    for file in PAGES:
        assert re.match(r"# \S", file.read_text()), file


def test_every_card_has_a_page_that_names_all_its_properties() -> None:
    for view, card in CARDS.items():
        page = DOCS / "cards" / f"{view}.md"
        assert page.is_file(), f"docs/cards/{view}.md is missing"
        if view == "chatbot":
            text = page.read_text()
            for name in [*card.__struct_fields__, *card.assignable]:
                assert name in text, f"docs/cards/{view}.md does not show {name}"


@pytest.mark.parametrize(
    ("package", "pages"),
    [
        ("swell", ["api.md"]),
        ("swell.app", ["apps.md"]),
        ("swell.chat", ["chat.md", "parts.md"]),
        ("swell.identity", ["apps.md"]),
        ("swell.models", ["models.md"]),
        ("swell.parts", ["parts.md"]),
        ("swell.testing", ["testing.md"]),
        ("swell.testing.chat", ["testing.md"]),
    ],
)
def test_every_public_name_is_in_the_reference(package: str, pages: list[str]) -> None:
    text = "\n".join((DOCS / "reference" / page).read_text() for page in pages)
    documented = set(re.findall(r"^#+ (\w+)$", text, re.MULTILINE))
    module = importlib.import_module(package)
    names = {
        name
        for name in module.__all__
        if not name.startswith("_") and not inspect.ismodule(getattr(module, name))
    }
    assert names - documented == set()


def test_signatures_in_the_reference_have_types() -> None:
    pages = "".join(page.read_text() for page in (DOCS / "reference").glob("*.md"))
    assert "    suggestions: Sequence[str] = (),\n" in pages
    assert "await text() -> str\n" in pages
    assert "<factory>" not in pages


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_docs", ROOT / "tools" / "gen_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh() -> None:
    for path, text in generator().pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale; run `make gen`"
