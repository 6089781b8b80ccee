"""Tools: functions that a model may call, and the loop that calls them."""

from .tools import Tool, progress, run_tools, tool

__all__ = ["Tool", "progress", "run_tools", "tool"]
