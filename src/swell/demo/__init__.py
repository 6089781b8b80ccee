"""Ask the docs: a chat over Swell's own documentation, and an app to learn from.

Start it with `swell demo`. The four modules are short and meant to be read:

- `app.py` is the page and its handlers, written with the public API only.
- `search.py` finds the passages that answer a question.
- `answer.py` quotes them.
- `model.py` lets a language model answer instead, when one is configured.
"""
