"""Wave's classes of constants, for type checkers. Made by `make gen`; edits here are lost."""

from __future__ import annotations

from typing import Any

ButtonsJustify: Any
DropdownPopup: Any
EditorCardMode: Any
FlexCardAlign: Any
FlexCardDirection: Any
FlexCardJustify: Any
FlexCardWrap: Any
HeaderCardColor: Any
InlineAlign: Any
InlineDirection: Any
InlineJustify: Any
MarkCoord: Any
MarkCurve: Any
MarkLabelAlign: Any
MarkLabelOverlap: Any
MarkLabelPosition: Any
MarkType: Any
MarkXScale: Any
MarkYScale: Any
MessageBarType: Any
NavCardColor: Any
NotificationBarPosition: Any
NotificationBarType: Any
PersonaSize: Any
ProgressType: Any
SmallSeriesStatCardPlotCurve: Any
SmallSeriesStatCardPlotType: Any
StatsJustify: Any
TableCheckboxVisibility: Any
TableColumnAlign: Any
TableColumnCellOverflow: Any
TableColumnDataType: Any
TallSeriesStatCardPlotCurve: Any
TallSeriesStatCardPlotType: Any
TextAlign: Any
TextLAlign: Any
TextMAlign: Any
TextSAlign: Any
TextSize: Any
TextXlAlign: Any
TextXsAlign: Any
TextboxType: Any
TrackerType: Any
VegaCardGrammar: Any
VegaVisualizationGrammar: Any
WideInfoCardAlign: Any
WideSeriesStatCardPlotCurve: Any
WideSeriesStatCardPlotType: Any
ZoneAlign: Any
ZoneDirection: Any
ZoneJustify: Any
ZoneWrap: Any
