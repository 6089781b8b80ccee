"""The peers: how each is installed, started, and talked to."""

from __future__ import annotations

from bench.peers import chainlit, floor, gradio, nicegui, streamlit, swell, swell_chat, wave
from bench.peers.peer import Peer

ALL = (swell, swell_chat, floor, wave, nicegui, chainlit, streamlit, gradio)
PEERS: dict[str, Peer] = {module.PEER.name: module.PEER for module in ALL}
