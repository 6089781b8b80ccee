"""Texts and values in Markdown: what they hold is shown as it is, and is no Markdown."""

from __future__ import annotations

import pytest

from swell import markdown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain, with (brackets) and v1.2!", "plain, with (brackets) and v1.2!"),
        ("*bold* _it_ ~~no~~ `code`", r"\*bold\* \_it\_ \~\~no\~\~ \`code\`"),
        ("[a](b) <b> | # &amp; &", r"\[a\](b) \<b\> \| \# \&amp; &"),
        ("- one\n+ two\n 3. three\n4) four", "\\- one\n\\+ two\n 3\\. three\n4\\) four"),
        ("https://a.b/x_y", r"https\://a.b/x\_y"),
        ("www.a.b", r"www\.a.b"),
    ],
)
def test_a_text_is_no_markdown(text: str, written: str) -> None:
    assert markdown.escape(text) == written


def test_a_line_has_no_line_ends() -> None:
    assert markdown.line(" a\n\n# b ") == r"a \# b"


def test_a_link_ends_where_it_ends() -> None:
    assert markdown.link("a]b", "/x (1).csv") == r"[a\]b](/x%20%281%29.csv)"


def test_code_holds_any_number_of_backticks() -> None:
    assert markdown.code("a `b` ``c``") == "``` a `b` ``c`` ```"
    assert markdown.code("") == "``` ```"
    assert markdown.fenced("```\nx", "json") == "````json\n```\nx\n````"


def test_cells_of_a_table_stay_in_their_cells() -> None:
    assert markdown.table(["a|b", "c"], [["1\n2", None], [{"x": 1}, True]]).splitlines() == [
        r"| a\|b | c |",
        "| --- | --- |",
        "| 1 2 |  |",
        '| {"x": 1} | true |',
    ]
