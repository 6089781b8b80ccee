"""A streaming chat in NiceGUI, built after its chat example: Markdown that is set anew."""

import os

import reply
from nicegui import ui


@ui.page("/")
def page() -> None:
    """Show messages above a prompt box."""

    async def send() -> None:
        prompt, box.value = box.value, ""
        command, (count, rate, number) = reply.parse(prompt)
        if command == "rows":
            with messages:
                for i, text in enumerate(reply.history(count, number)):
                    with ui.chat_message(sent=i % 2 == 0):
                        ui.markdown(text)
            return
        with messages:
            ui.chat_message(text=prompt, name="You", sent=True)
            with ui.chat_message(name="Bot", sent=False):
                answer = ui.markdown()
        async for token in reply.paced(reply.tokens(count, number), rate):
            answer.content += token

    messages = ui.column().classes("w-full")
    box = ui.input(placeholder="message").props("data-test=prompt").on("keydown.enter", send)


ui.run(port=int(os.environ["PORT"]), host="127.0.0.1", show=False, reload=False)
