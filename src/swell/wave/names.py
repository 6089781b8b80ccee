"""Names of H2O Wave 1.8.16. Written by tools/gen_wave_names.py; do not edit."""

from __future__ import annotations

WAVE_VERSION = "1.8.16"

# Functions of `ui`, one a line, with their parameters: `!` marks a required one, all
# others default to None.
_CARDS = """
article_card box! title! content items commands
breadcrumbs_card box! items! commands
canvas_card box! title! width! height! data! commands
chat_card box! title! data! capacity commands
chatbot_card box! name! data! placeholder events generating suggestions disabled value commands
editor_card box! mode! commands
flex_card box! item_view! item_props! data! direction justify align wrap commands
footer_card box! caption! items commands
form_card box! items! title commands
frame_card box! title! path content compact commands
graphics_card box! view_box! stage scene width height image image_path image_type commands
grid_card box! title! cells! data! commands
header_card box! title! subtitle! icon icon_color image nav items secondary_items color commands
image_card box! title! type image data path path_popup commands
large_bar_stat_card box! title! caption! value! aux_value! value_caption! aux_value_caption!
    progress! plot_color data commands
large_stat_card box! title! value! aux_value! caption! data commands
list_card box! title! item_view! item_props! data! commands
list_item1_card box! title! caption! value! aux_value! data! commands
markdown_card box! title! content! data compact commands
markup_card box! title! content! compact commands
meta_card box! title refresh notification notification_bar redirect icon layouts dialog side_panel
    theme themes tracker scripts script stylesheet stylesheets animate commands
nav_card box! items! value title subtitle icon icon_color image persona secondary_items color
    commands
pixel_art_card box! title! data! commands
plot_card box! title! data! plot! events interactions animate commands
post_card box! persona! image! aux_value caption items commands
preview_card box! name! image! title items caption label commands
profile_card box! persona! image! items height commands
repeat_card box! item_view! item_props! data! commands
section_card box! title! subtitle! items commands
small_series_stat_card box! title! value! plot_data! plot_value! plot_zero_value plot_category
    plot_type plot_curve plot_color data commands
small_stat_card box! title! value! data commands
stat_list_card box! title! items! name subtitle commands
stat_table_card box! title! columns! items! name subtitle commands
tab_card box! items! value link name commands
tall_article_preview_card box! title! image! subtitle value content name items commands
tall_gauge_stat_card box! title! value! aux_value! progress! plot_color data commands
tall_info_card box! name! title! caption! label icon image image_height category commands
tall_series_stat_card box! title! value! aux_value! plot_data! plot_value! plot_zero_value
    plot_category plot_type plot_curve plot_color data commands
tall_stats_card box! items! name commands
template_card box! title! content! data commands
toolbar_card box! items! secondary_items overflow_items commands
vega_card box! title! specification! data grammar commands
wide_article_preview_card box! persona! image! title! name aux_value items content commands
wide_bar_stat_card box! title! value! aux_value! progress! plot_color data commands
wide_gauge_stat_card box! title! value! aux_value! progress! plot_color data commands
wide_info_card box! name! title! caption! label subtitle align icon image category commands
wide_pie_stat_card box! title! pies! commands
wide_plot_card box! title! caption! plot! data! commands
wide_series_stat_card box! title! value! aux_value! plot_data! plot_value! plot_zero_value
    plot_category plot_type plot_curve plot_color data commands
"""

_COMPONENTS = """
audio_annotator name! title! path! tags! items trigger
button name! label caption value primary disabled link icon width visible tooltip path commands
buttons items! justify name width visible
checkbox name! label value indeterminate disabled trigger width visible tooltip
checklist name! label values choices trigger inline width visible tooltip
choice_group name! label value choices required trigger inline width visible tooltip
color_picker name! label value choices width alpha inline visible trigger tooltip
combobox name! label placeholder value values choices error disabled width visible tooltip trigger
    required
copyable_text value! label! name multiline height width
date_picker name! label placeholder value disabled trigger width visible tooltip min max
dropdown name! label placeholder value values choices required disabled trigger width visible
    tooltip popup
expander name! label expanded items width visible
facepile items! name max value
file_upload name! label multiple file_extensions max_file_size max_size height width compact
    visible tooltip required
frame path content width height name visible
image title! type image path width visible path_popup
image_annotator name! image! title! tags! items trigger image_height allowed_shapes events
inline items! justify align inset height direction
label label! required disabled width visible tooltip name
link label path disabled download button width visible target tooltip name
links items! label inline width
markup content! name width visible
menu items! icon image name label
message_bar type text name width visible buttons
mini_button name! label! icon
mini_buttons items! visible
persona title! subtitle caption size image initials initials_color name
picker name! choices! label values max_choices required disabled width visible trigger tooltip
progress label! caption value width visible tooltip name type
range_slider name! label min max step min_value max_value disabled width trigger visible tooltip
separator label name width visible
slider name! label min max step value disabled trigger width visible tooltip
spinbox name! label min max step value disabled width visible trigger tooltip
stats items! justify inset width visible name
stepper name! items! width visible tooltip
table name! columns! rows multiple groupable downloadable resettable height width values
    checkbox_visibility visible tooltip groups pagination events single value
tabs name! value items width visible link
tags items!
template content! data name width visible
text content! size width visible align tooltip name
text_annotator name! title! tags! items! trigger readonly
text_l content! width visible align tooltip commands name
text_m content! width visible align tooltip name
text_s content! width visible align tooltip name
text_xl content! width visible align tooltip commands name
text_xs content! width visible align tooltip name
textbox name! label placeholder value mask icon prefix suffix error required disabled readonly
    multiline password trigger height width visible tooltip spellcheck type
time_picker name! label placeholder value disabled width visible trigger required hour_format min
    max minutes_step
toggle name! label value disabled trigger width visible tooltip
vega_visualization specification! data width height name visible grammar
visualization plot! data! width height name visible events interactions animate
"""

_PARTS = """
audio_annotator_item start! end! tag!
audio_annotator_tag name! label! color!
box zone! order size width height
boxes *args
breadcrumb name! label!
chat_suggestion name! label! caption icon
choice name! label disabled
command name! label caption icon items value path download
dialog title! items! width closable blocking primary name events
icon_table_cell_type color name
image_annotator_item shape! tag!
image_annotator_point x! y!
image_annotator_polygon vertices!
image_annotator_rect x1! y1! x2! y2!
image_annotator_tag name! label! color!
inline_script content! requires targets
inline_stylesheet content! media
layout breakpoint! zones! width min_width max_width height min_height max_height name
mark coord type x x0 x1 x2 x_q1 x_q2 x_q3 x_min x_max x_nice x_scale x_title y y0 y1 y2 y_q1 y_q2
    y_q3 y_min y_max y_nice y_scale y_title color color_range color_domain shape shape_range size
    size_range stack dodge curve fill_color fill_opacity stroke_color stroke_opacity stroke_size
    stroke_dash label label_offset label_offset_x label_offset_y label_rotation label_position
    label_overlap label_fill_color label_fill_opacity label_stroke_color label_stroke_opacity
    label_stroke_size label_font_size label_font_weight label_line_height label_align
    ref_stroke_color ref_stroke_opacity ref_stroke_size ref_stroke_dash interactive
markdown_table_cell_type name target
menu_table_cell_type commands! name
nav_group label! items! collapsed
nav_item name! label! icon disabled tooltip path
notification_bar text! type timeout buttons position events name
pie label! value! fraction! color! aux_value
plot marks!
progress_table_cell_type color name
script path! asynchronous cross_origin referrer_policy integrity type
side_panel title! items! width name events blocking closable
stat label! value caption icon icon_color name
stat_list_item label! name caption value value_color aux_value icon icon_color
stat_table_item label! values! name caption icon icon_color colors
step label! icon done
stylesheet path! media cross_origin
tab name! label icon path
table_column name! label! min_width max_width sortable searchable filterable link data_type
    cell_type cell_overflow filters align
table_group label! rows! collapsed
table_pagination total_rows! rows_per_page!
table_row name! cells!
tag label! color! label_color
tag_table_cell_type name! tags
text_annotator_item text! tag
text_annotator_tag name! label! color!
theme name! text! card! page! primary!
tracker type! id!
zone name! size direction justify align wrap zones
"""

# Classes of constants, with the values; `TOP_LEFT` is the constant of `top-left`.
_ENUMS = """
ButtonsJustify start end center between around
DropdownPopup auto always never
EditorCardMode public private
FlexCardAlign start end center baseline stretch
FlexCardDirection horizontal vertical
FlexCardJustify start end center between around
FlexCardWrap start end center between around stretch
HeaderCardColor card transparent primary
InlineAlign start end center baseline
InlineDirection row column
InlineJustify start end center between around
MarkCoord rect cartesian polar theta helix
MarkCurve none smooth step-before step step-after
MarkLabelAlign left right center start end
MarkLabelOverlap hide overlap constrain
MarkLabelPosition top bottom middle left right
MarkType interval line path point area polygon schema edge heatmap
MarkXScale linear cat category identity log pow power time time-category quantize quantile
MarkYScale linear cat category identity log pow power time time-category quantize quantile
MessageBarType info error warning success danger blocked
NavCardColor card primary
NotificationBarPosition top-right bottom-right bottom-center bottom-left top-left top-center
NotificationBarType info error warning success danger blocked
PersonaSize xl l m s xs
ProgressType bar spinner
SmallSeriesStatCardPlotCurve linear smooth step step-after step-before
SmallSeriesStatCardPlotType area interval
StatsJustify start end center between around
TableCheckboxVisibility always on-hover hidden
TableColumnAlign left center right
TableColumnCellOverflow tooltip wrap
TableColumnDataType string number time
TallSeriesStatCardPlotCurve linear smooth step step-after step-before
TallSeriesStatCardPlotType area interval
TextAlign start end center justify
TextLAlign start end center justify
TextMAlign start end center justify
TextSAlign start end center justify
TextSize xl l m s xs
TextXlAlign start end center justify
TextXsAlign start end center justify
TextboxType text number tel
TrackerType ga gtag
VegaCardGrammar vega-lite vega
VegaVisualizationGrammar vega-lite vega
WideInfoCardAlign left right
WideSeriesStatCardPlotCurve linear smooth step step-after step-before
WideSeriesStatCardPlotType area interval
ZoneAlign start end center stretch
ZoneDirection row column
ZoneJustify start end center between around
ZoneWrap start end center between around stretch
"""

# Types that no function is named after.
OTHER_TYPES = ("Component", "ImageAnnotatorShape", "TableCellType")


def _lines(table: str) -> dict[str, str]:
    """Return the lines of a table by their first word; indented ones continue."""
    lines = table.strip().replace("\n    ", " ").splitlines()
    return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}


CARD_NAMES = _lines(_CARDS)
COMPONENT_NAMES = _lines(_COMPONENTS)
FUNCTIONS = CARD_NAMES | COMPONENT_NAMES | _lines(_PARTS)
"""Parameters of every function of `ui`, by its name."""
ENUMS = _lines(_ENUMS)
"""Values of every class of constants, by its name."""
