"""The peers: how each is installed, started, and talked to."""

from __future__ import annotations

from bench.peers import chainlit, floor, gradio, nicegui, streamlit, swell, wave
from bench.peers.peer import Peer

ALL = (swell, floor, wave, nicegui, chainlit, streamlit, gradio)
PEERS: dict[str, Peer] = {module.PEER.name: module.PEER for module in ALL}
