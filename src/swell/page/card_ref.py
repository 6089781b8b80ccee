"""What `q.page["name"]` has, for type checkers. Made by `make gen`; edits here are lost."""

from __future__ import annotations

from typing import Any


class CardRef:
    """A card on a page.

    Assigning takes the properties that a card of some kind has. Any name can be read, since it may
    be a component of a form: `q.page["form"].city.value = "Oslo"`.
    """

    animate: Any
    attachments: Any
    aux_value: Any
    aux_value_caption: Any
    box: Any
    caption: Any
    color: Any
    columns: Any
    commands: Any
    compact: Any
    content: Any
    data: Any
    deleted: Any
    dialog: Any
    disabled: Any
    events: Any
    follow_ups: Any
    found: Any
    generating: Any
    grammar: Any
    greeting: Any
    height: Any
    history_end: Any
    icon: Any
    icon_color: Any
    image: Any
    image_path: Any
    image_type: Any
    images: Any
    interactions: Any
    items: Any
    layouts: Any
    line_breaks: Any
    link: Any
    mentions: Any
    module: Any
    more: Any
    name: Any
    nav: Any
    new_path: Any
    newer: Any
    notice: Any
    notification: Any
    notification_bar: Any
    path: Any
    pies: Any
    placeholder: Any
    plot: Any
    plot_category: Any
    plot_color: Any
    plot_curve: Any
    plot_data: Any
    plot_type: Any
    plot_value: Any
    plot_zero_value: Any
    prev_items: Any
    progress: Any
    properties: Any
    read_only: Any
    redirect: Any
    refresh: Any
    scene: Any
    script: Any
    scripts: Any
    secondary_items: Any
    selected: Any
    side_panel: Any
    slash_commands: Any
    specification: Any
    speech: Any
    stage: Any
    stylesheet: Any
    stylesheets: Any
    submit_key: Any
    subtitle: Any
    suggestions: Any
    tag_name: Any
    text_commands: Any
    theme: Any
    themes: Any
    thread: Any
    thread_commands: Any
    title: Any
    tracker: Any
    unread_from: Any
    value: Any
    value_caption: Any
    view_box: Any
    width: Any

    def __getattr__(self, name: str) -> Any: ...
    def __getitem__(self, name: str) -> Any: ...
    def __setitem__(self, name: str, value: Any) -> None: ...
