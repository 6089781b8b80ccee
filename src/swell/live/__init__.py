"""The engine: page state, ops, numbered log and connections, free of I/O.

Nothing in here reads a clock, a socket, the environment or asyncio; time comes in as an
argument. That is what lets one Hypothesis machine drive it, and the same code serve the
server and the test client.
"""
