"""Parts of a message: text, reasoning, tool calls, sources, files, images, tables, charts, cards.

A row of a chatbot card may have a field `parts` with a list of them; they are shown in order,
and the row's `content` after them. A dict with the same names and its `type` is taken as well.
"""

from .base import Part, as_json, to_parts
from .card import Card
from .chart import Chart
from .file import File
from .image import Image
from .incomplete import Incomplete
from .reasoning import Reasoning
from .source import Source
from .table import Table
from .text import Text
from .tool_call import ToolCall

__all__ = [
    "Card",
    "Chart",
    "File",
    "Image",
    "Incomplete",
    "Part",
    "Reasoning",
    "Source",
    "Table",
    "Text",
    "ToolCall",
    "as_json",
    "to_parts",
]
