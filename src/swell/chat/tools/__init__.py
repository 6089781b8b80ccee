"""Tools: functions that a model may call, and the loop that calls them."""

from .loop import progress, run_tools
from .tool import Tool, tool

__all__ = ["Tool", "progress", "run_tools", "tool"]
