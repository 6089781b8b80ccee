"""Backplane: carries news between the processes of one service."""
