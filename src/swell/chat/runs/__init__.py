"""Runs: how one answer is made, from the accepted prompt to its stored end."""
