"""The page of a chat: rows, sidebar, panels, and what its buttons do."""
