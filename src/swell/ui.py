"""Short names for everything that can be put on a page: `ui.chatbot_card(...)`.

Each name is a class from `swell.cards` or `swell.components`, whose docstring has the details.
All other names of Wave's `ui` exist too, with their signature, and raise `NotSupportedError`
when called. Docs: `docs/reference/wave.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cards.box import box as box
from .cards.box import boxes as boxes
from .cards.chatbot import ChatAttachments as ChatAttachments
from .cards.chatbot import ChatbotCard as ChatbotCard
from .cards.chatbot import ChatCommand as ChatCommand
from .cards.chatbot import ChatMention as ChatMention
from .cards.chatbot import ChatSuggestion as ChatSuggestion
from .cards.dialog import Dialog as Dialog
from .cards.dialog import SidePanel as SidePanel
from .cards.element import ElementCard as ElementCard
from .cards.footer import FooterCard as FooterCard
from .cards.form import FormCard as FormCard
from .cards.frame import FrameCard as FrameCard
from .cards.graphics import GraphicsCard as GraphicsCard
from .cards.header import HeaderCard as HeaderCard
from .cards.header import NavGroup as NavGroup
from .cards.header import NavItem as NavItem
from .cards.large_bar_stat import LargeBarStatCard as LargeBarStatCard
from .cards.large_stat import LargeStatCard as LargeStatCard
from .cards.markdown import MarkdownCard as MarkdownCard
from .cards.markup import MarkupCard as MarkupCard
from .cards.meta import InlineStylesheet as InlineStylesheet
from .cards.meta import Layout as Layout
from .cards.meta import MetaCard as MetaCard
from .cards.meta import NotificationBar as NotificationBar
from .cards.meta import Stylesheet as Stylesheet
from .cards.meta import Theme as Theme
from .cards.meta import Zone as Zone
from .cards.plot import PlotCard as PlotCard
from .cards.scripts import InlineScript as InlineScript
from .cards.scripts import Script as Script
from .cards.scripts import Tracker as Tracker
from .cards.small_series_stat import SmallSeriesStatCard as SmallSeriesStatCard
from .cards.small_stat import SmallStatCard as SmallStatCard
from .cards.stat_list import StatListCard as StatListCard
from .cards.stat_list import StatListItem as StatListItem
from .cards.stat_table import StatTableCard as StatTableCard
from .cards.stat_table import StatTableItem as StatTableItem
from .cards.tab import TabCard as TabCard
from .cards.tall_gauge_stat import TallGaugeStatCard as TallGaugeStatCard
from .cards.tall_series_stat import TallSeriesStatCard as TallSeriesStatCard
from .cards.tall_stats import TallStatsCard as TallStatsCard
from .cards.template import TemplateCard as TemplateCard
from .cards.threads import ThreadItem as ThreadItem
from .cards.threads import ThreadsCard as ThreadsCard
from .cards.vega import VegaCard as VegaCard
from .cards.wide_bar_stat import WideBarStatCard as WideBarStatCard
from .cards.wide_gauge_stat import WideGaugeStatCard as WideGaugeStatCard
from .cards.wide_pie_stat import Pie as Pie
from .cards.wide_pie_stat import WidePieStatCard as WidePieStatCard
from .cards.wide_plot import WidePlotCard as WidePlotCard
from .cards.wide_series_stat import WideSeriesStatCard as WideSeriesStatCard
from .components.base import Component as Component
from .components.button import Button as Button
from .components.buttons import Buttons as Buttons
from .components.checkbox import Checkbox as Checkbox
from .components.checklist import Checklist as Checklist
from .components.choice_group import ChoiceGroup as ChoiceGroup
from .components.color_picker import ColorPicker as ColorPicker
from .components.combobox import Combobox as Combobox
from .components.command import Command as Command
from .components.copyable_text import CopyableText as CopyableText
from .components.date_picker import DatePicker as DatePicker
from .components.dropdown import Choice as Choice
from .components.dropdown import Dropdown as Dropdown
from .components.element import Element as Element
from .components.expander import Expander as Expander
from .components.facepile import Facepile as Facepile
from .components.file_upload import FileUpload as FileUpload
from .components.frame import Frame as Frame
from .components.image import Image as Image
from .components.inline import Inline as Inline
from .components.label import Label as Label
from .components.link import Link as Link
from .components.links import Links as Links
from .components.markup import Markup as Markup
from .components.menu import Menu as Menu
from .components.message_bar import MessageBar as MessageBar
from .components.mini_button import MiniButton as MiniButton
from .components.mini_buttons import MiniButtons as MiniButtons
from .components.persona import Persona as Persona
from .components.picker import Picker as Picker
from .components.plot import Mark as Mark
from .components.plot import Plot as Plot
from .components.progress import Progress as Progress
from .components.range_slider import RangeSlider as RangeSlider
from .components.separator import Separator as Separator
from .components.slider import Slider as Slider
from .components.spinbox import Spinbox as Spinbox
from .components.stats import Stat as Stat
from .components.stats import Stats as Stats
from .components.stepper import Step as Step
from .components.stepper import Stepper as Stepper
from .components.table import Table as Table
from .components.table import TableColumn as TableColumn
from .components.table import TableGroup as TableGroup
from .components.table import TablePagination as TablePagination
from .components.table import TableRow as TableRow
from .components.table_cells import IconTableCellType as IconTableCellType
from .components.table_cells import MarkdownTableCellType as MarkdownTableCellType
from .components.table_cells import MenuTableCellType as MenuTableCellType
from .components.table_cells import ProgressTableCellType as ProgressTableCellType
from .components.table_cells import TableCellType as TableCellType
from .components.table_cells import TagTableCellType as TagTableCellType
from .components.tabs import Tab as Tab
from .components.tabs import Tabs as Tabs
from .components.tags import Tag as Tag
from .components.tags import Tags as Tags
from .components.template import Template as Template
from .components.text import Text as Text
from .components.text import TextL as TextL
from .components.text import TextM as TextM
from .components.text import TextS as TextS
from .components.text import TextXl as TextXl
from .components.text import TextXs as TextXs
from .components.textbox import Textbox as Textbox
from .components.time_picker import TimePicker as TimePicker
from .components.toggle import Toggle as Toggle
from .components.vega_visualization import VegaVisualization as VegaVisualization
from .components.visualization import Visualization as Visualization
from .mistakes import near_miss

chatbot_card = ChatbotCard
chat_suggestion = ChatSuggestion
chat_attachments = ChatAttachments
chat_command = ChatCommand
chat_mention = ChatMention
element_card = ElementCard
footer_card = FooterCard
form_card = FormCard
frame_card = FrameCard
graphics_card = GraphicsCard
header_card = HeaderCard
nav_group = NavGroup
nav_item = NavItem
markdown_card = MarkdownCard
markup_card = MarkupCard
template_card = TemplateCard
small_stat_card = SmallStatCard
large_stat_card = LargeStatCard
large_bar_stat_card = LargeBarStatCard
wide_bar_stat_card = WideBarStatCard
tall_gauge_stat_card = TallGaugeStatCard
wide_gauge_stat_card = WideGaugeStatCard
small_series_stat_card = SmallSeriesStatCard
wide_series_stat_card = WideSeriesStatCard
tall_series_stat_card = TallSeriesStatCard
wide_pie_stat_card = WidePieStatCard
tall_stats_card = TallStatsCard
stat_list_card = StatListCard
stat_table_card = StatTableCard
pie = Pie
stat_list_item = StatListItem
stat_table_item = StatTableItem
meta_card = MetaCard
dialog = Dialog
inline_stylesheet = InlineStylesheet
layout = Layout
notification_bar = NotificationBar
side_panel = SidePanel
stylesheet = Stylesheet
theme = Theme
zone = Zone

button = Button
buttons = Buttons
checkbox = Checkbox
choice = Choice
command = Command
copyable_text = CopyableText
dropdown = Dropdown
element = Element
frame = Frame
inline = Inline
inline_script = InlineScript
script = Script
tracker = Tracker
link = Link
markup = Markup
message_bar = MessageBar
progress = Progress
separator = Separator
table = Table
table_column = TableColumn
table_group = TableGroup
table_pagination = TablePagination
table_row = TableRow
icon_table_cell_type = IconTableCellType
markdown_table_cell_type = MarkdownTableCellType
menu_table_cell_type = MenuTableCellType
progress_table_cell_type = ProgressTableCellType
tag_table_cell_type = TagTableCellType
tag = Tag
tags = Tags
template = Template
text = Text
text_l = TextL
text_m = TextM
text_s = TextS
text_xl = TextXl
text_xs = TextXs
textbox = Textbox
checklist = Checklist
choice_group = ChoiceGroup
date_picker = DatePicker
expander = Expander
file_upload = FileUpload
color_picker = ColorPicker
combobox = Combobox
facepile = Facepile
links = Links
menu = Menu
mini_button = MiniButton
mini_buttons = MiniButtons
picker = Picker
step = Step
stepper = Stepper
image = Image
label = Label
persona = Persona
range_slider = RangeSlider
slider = Slider
spinbox = Spinbox
stat = Stat
stats = Stats
tab = Tab
tabs = Tabs
time_picker = TimePicker
toggle = Toggle
mark = Mark
plot = Plot
vega_visualization = VegaVisualization
visualization = Visualization
tab_card = TabCard
plot_card = PlotCard
vega_card = VegaCard
wide_plot_card = WidePlotCard
threads_card = ThreadsCard
thread_item = ThreadItem

OWN = (
    "chat_attachments",
    "chat_command",
    "chat_mention",
    "element",
    "element_card",
    "thread_item",
    "threads_card",
)
"""Functions that Wave's `ui` does not have."""


if TYPE_CHECKING:
    from .wave.constants import *  # noqa: F403 - generated


def _made(name: str) -> Any:
    # The other 100 functions, 100 types and 52 classes of constants are made on first use
    # for: most apps need none of them, and all need a quick start.
    if name == "__all__":
        return _public()
    if not name.startswith("_"):
        from .wave import stubs

        try:
            made = stubs.make(name)
        except KeyError:
            hint = near_miss(name, _public())
            raise AttributeError(f"module 'swell.ui' has no attribute {name!r}{hint}") from None
        globals()[name] = made  # the same object next time
        return made
    raise AttributeError(f"module 'swell.ui' has no attribute {name!r}")


if not TYPE_CHECKING:  # a name that checkers do not know is a mistake
    __getattr__ = _made


def __dir__() -> list[str]:
    return _public()


def _public() -> list[str]:
    from .wave import names as wave_names
    from .wave import stubs

    return sorted({*wave_names.FUNCTIONS, *wave_names.ENUMS, *stubs.TYPE_NAMES, *OWN})
