/** What the server sends of cards, components and parts. Made by `make gen`; do not edit. */

export type ChatbotCard = {
  readonly box: string;
  readonly name: string;
  readonly data: unknown;
  readonly placeholder?: string | undefined;
  readonly events?: readonly ("stop" | "scroll_up" | "feedback" | "suggestion" | "edit" | "regenerate" | "branch" | "delete" | "submit" | "search" | "jump" | "scroll_down" | "latest")[] | undefined;
  readonly generating?: boolean | undefined;
  readonly suggestions?: readonly ChatSuggestion[] | undefined;
  readonly disabled?: boolean | undefined;
  readonly value?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
  readonly greeting?: string | undefined;
  readonly attachments?: ChatAttachments | undefined;
  readonly slash_commands?: readonly ChatCommand[] | undefined;
  readonly mentions?: readonly ChatMention[] | undefined;
  readonly submit_key?: "enter" | "ctrl_enter" | undefined;
  readonly speech?: boolean | undefined;
  readonly follow_ups?: readonly ChatSuggestion[] | undefined;
  readonly images?: unknown;
  readonly line_breaks?: boolean | undefined;
  readonly text_commands?: readonly string[] | undefined;
  readonly unread_from?: unknown;
  readonly read_only?: boolean | undefined;
  readonly thread?: string | undefined;
  readonly notice?: string | undefined;
  readonly history?: unknown;
  readonly history_end?: boolean | undefined;
  readonly newer?: boolean | undefined;
  readonly found?: readonly Found[] | undefined;
};

export type ElementCard = {
  readonly box: string;
  readonly name: string;
  readonly tag_name: string;
  readonly module: string;
  readonly properties?: unknown;
  readonly events?: readonly string[] | undefined;
  readonly title?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type FooterCard = {
  readonly box: string;
  readonly caption: string;
  readonly items?: readonly unknown[] | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type FormCard = {
  readonly box: string;
  readonly items: readonly unknown[] | string;
  readonly title?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type FrameCard = {
  readonly box: string;
  readonly title: string;
  readonly path?: string | undefined;
  readonly content?: string | undefined;
  readonly compact?: boolean | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type GraphicsCard = {
  readonly box: string;
  readonly view_box: string;
  readonly stage?: readonly unknown[] | string | undefined;
  readonly scene?: unknown;
  readonly width?: string | undefined;
  readonly height?: string | undefined;
  readonly image?: string | undefined;
  readonly image_path?: string | undefined;
  readonly image_type?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type HeaderCard = {
  readonly box: string;
  readonly title: string;
  readonly subtitle: string;
  readonly icon?: string | undefined;
  readonly icon_color?: string | undefined;
  readonly image?: string | undefined;
  readonly nav?: readonly NavGroup[] | undefined;
  readonly items?: readonly unknown[] | undefined;
  readonly secondary_items?: readonly unknown[] | undefined;
  readonly color?: "card" | "transparent" | "primary" | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type LargeBarStatCard = {
  readonly box: string;
  readonly title: string;
  readonly caption: string;
  readonly value: string;
  readonly aux_value: string;
  readonly value_caption: string;
  readonly aux_value_caption: string;
  readonly progress: number;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type LargeStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly caption: string;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type MarkdownCard = {
  readonly box: string;
  readonly title: string;
  readonly content: string;
  readonly data?: unknown;
  readonly compact?: boolean | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type MarkupCard = {
  readonly box: string;
  readonly title: string;
  readonly content: string;
  readonly compact?: boolean | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type MetaCard = {
  readonly box: string;
  readonly title?: string | undefined;
  readonly refresh?: number | undefined;
  readonly notification?: string | undefined;
  readonly notification_bar?: NotificationBar | undefined;
  readonly redirect?: string | undefined;
  readonly icon?: string | undefined;
  readonly layouts?: readonly Layout[] | undefined;
  readonly dialog?: Dialog | undefined;
  readonly side_panel?: SidePanel | undefined;
  readonly theme?: string | undefined;
  readonly themes?: readonly Theme[] | undefined;
  readonly tracker?: Tracker | undefined;
  readonly scripts?: readonly Script[] | undefined;
  readonly script?: InlineScript | undefined;
  readonly stylesheet?: InlineStylesheet | undefined;
  readonly stylesheets?: readonly Stylesheet[] | undefined;
  readonly animate?: boolean | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type PlotCard = {
  readonly box: string;
  readonly title: string;
  readonly data: unknown;
  readonly plot: Plot;
  readonly events?: readonly "select_marks"[] | undefined;
  readonly interactions?: readonly ("drag_move" | "scale_zoom" | "brush")[] | undefined;
  readonly animate?: boolean | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type SmallSeriesStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly plot_data: unknown;
  readonly plot_value: string;
  readonly plot_zero_value?: number | undefined;
  readonly plot_category?: string | undefined;
  readonly plot_type?: "area" | "interval" | undefined;
  readonly plot_curve?: "linear" | "smooth" | "step" | "step-after" | "step-before" | undefined;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type SmallStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type StatListCard = {
  readonly box: string;
  readonly title: string;
  readonly items: readonly StatListItem[];
  readonly name?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type StatTableCard = {
  readonly box: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly items: readonly StatTableItem[];
  readonly name?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type TabCard = {
  readonly box: string;
  readonly items: readonly Tab[];
  readonly value?: string | undefined;
  readonly link?: boolean | undefined;
  readonly name?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type TallGaugeStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly progress: number;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type TallSeriesStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly plot_data: unknown;
  readonly plot_value: string;
  readonly plot_zero_value?: number | undefined;
  readonly plot_category?: string | undefined;
  readonly plot_type?: "area" | "interval" | undefined;
  readonly plot_curve?: "linear" | "smooth" | "step" | "step-after" | "step-before" | undefined;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type TallStatsCard = {
  readonly box: string;
  readonly items: readonly Stat[];
  readonly name?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type TemplateCard = {
  readonly box: string;
  readonly title: string;
  readonly content: string;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type ThreadsCard = {
  readonly box: string;
  readonly name: string;
  readonly items: readonly ThreadItem[];
  readonly selected?: string | undefined;
  readonly title?: string | undefined;
  readonly path?: string | undefined;
  readonly new_path?: string | undefined;
  readonly events?: readonly ("select" | "new" | "rename" | "pin" | "archive" | "delete" | "undo" | "search" | "more" | "command")[] | undefined;
  readonly more?: boolean | undefined;
  readonly found?: string | undefined;
  readonly deleted?: ThreadItem | undefined;
  readonly commands?: readonly Command[] | undefined;
  readonly thread_commands?: readonly Command[] | undefined;
};

export type VegaCard = {
  readonly box: string;
  readonly title: string;
  readonly specification: string;
  readonly data?: unknown;
  readonly grammar?: "vega-lite" | "vega" | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type WideBarStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly progress: number;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type WideGaugeStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly progress: number;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type WidePieStatCard = {
  readonly box: string;
  readonly title: string;
  readonly pies: readonly Pie[];
  readonly commands?: readonly Command[] | undefined;
};

export type WidePlotCard = {
  readonly box: string;
  readonly title: string;
  readonly caption: string;
  readonly plot: Plot;
  readonly data: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type WideSeriesStatCard = {
  readonly box: string;
  readonly title: string;
  readonly value: string;
  readonly aux_value: string;
  readonly plot_data: unknown;
  readonly plot_value: string;
  readonly plot_zero_value?: number | undefined;
  readonly plot_category?: string | undefined;
  readonly plot_type?: "area" | "interval" | undefined;
  readonly plot_curve?: "linear" | "smooth" | "step" | "step-after" | "step-before" | undefined;
  readonly plot_color?: string | undefined;
  readonly data?: unknown;
  readonly commands?: readonly Command[] | undefined;
};

export type ElementItem = {
  readonly name: string;
  readonly tag_name: string;
  readonly module: string;
  readonly properties?: unknown;
  readonly events?: readonly string[] | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type TabsItem = {
  readonly name: string;
  readonly value?: string | undefined;
  readonly items?: readonly Tab[] | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly link?: boolean | undefined;
};

export type StatsItem = {
  readonly items: readonly Stat[];
  readonly justify?: "start" | "end" | "center" | "between" | "around" | undefined;
  readonly inset?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly name?: string | undefined;
};

export type ButtonItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly caption?: string | undefined;
  readonly value?: string | undefined;
  readonly primary?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly link?: boolean | undefined;
  readonly icon?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly path?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
};

export type ButtonsItem = {
  readonly items: readonly unknown[];
  readonly justify?: "start" | "end" | "center" | "between" | "around" | undefined;
  readonly name?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type CheckboxItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly value?: boolean | undefined;
  readonly indeterminate?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type DropdownItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly value?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly required?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly popup?: "auto" | "always" | "never" | undefined;
};

export type ChecklistItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly trigger?: boolean | undefined;
  readonly inline?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type ChoiceGroupItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly value?: string | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly required?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly inline?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type ColorPickerItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly value?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly width?: string | undefined;
  readonly alpha?: boolean | undefined;
  readonly inline?: boolean | undefined;
  readonly visible?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type ComboboxItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly value?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly error?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly trigger?: boolean | undefined;
  readonly required?: boolean | undefined;
};

export type CopyableTextItem = {
  readonly value: string;
  readonly label: string;
  readonly name?: string | undefined;
  readonly multiline?: boolean | undefined;
  readonly height?: string | undefined;
  readonly width?: string | undefined;
};

export type DatePickerItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly value?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
};

export type ExpanderItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly expanded?: boolean | undefined;
  readonly items?: readonly unknown[] | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type FacepileItem = {
  readonly items: readonly unknown[];
  readonly name?: string | undefined;
  readonly max?: number | undefined;
  readonly value?: string | undefined;
};

export type FileUploadItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly multiple?: boolean | undefined;
  readonly file_extensions?: readonly string[] | undefined;
  readonly max_file_size?: number | undefined;
  readonly max_size?: number | undefined;
  readonly height?: string | undefined;
  readonly width?: string | undefined;
  readonly compact?: boolean | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly required?: boolean | undefined;
};

export type FrameItem = {
  readonly path?: string | undefined;
  readonly content?: string | undefined;
  readonly width?: string | undefined;
  readonly height?: string | undefined;
  readonly name?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type ImageItem = {
  readonly title: string;
  readonly type?: string | undefined;
  readonly image?: string | undefined;
  readonly path?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly path_popup?: string | undefined;
};

export type InlineItem = {
  readonly items: readonly unknown[];
  readonly justify?: "start" | "end" | "center" | "between" | "around" | undefined;
  readonly align?: "start" | "end" | "center" | "baseline" | undefined;
  readonly inset?: boolean | undefined;
  readonly height?: string | undefined;
  readonly direction?: "row" | "column" | undefined;
};

export type LabelItem = {
  readonly label: string;
  readonly required?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type LinkItem = {
  readonly label?: string | undefined;
  readonly path?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly download?: boolean | undefined;
  readonly button?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly target?: string | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type LinksItem = {
  readonly items: readonly unknown[];
  readonly label?: string | undefined;
  readonly inline?: boolean | undefined;
  readonly width?: string | undefined;
};

export type MarkupItem = {
  readonly content: string;
  readonly name?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type MenuItem = {
  readonly items: readonly Command[];
  readonly icon?: string | undefined;
  readonly image?: string | undefined;
  readonly name?: string | undefined;
  readonly label?: string | undefined;
};

export type MessageBarItem = {
  readonly type?: "info" | "error" | "warning" | "success" | "danger" | "blocked" | undefined;
  readonly text?: string | undefined;
  readonly name?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly buttons?: readonly unknown[] | undefined;
};

export type MiniButtonItem = {
  readonly name: string;
  readonly label: string;
  readonly icon?: string | undefined;
};

export type MiniButtonsItem = {
  readonly items: readonly unknown[];
  readonly visible?: boolean | undefined;
};

export type PersonaItem = {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly caption?: string | undefined;
  readonly size?: "xl" | "l" | "m" | "s" | "xs" | undefined;
  readonly image?: string | undefined;
  readonly initials?: string | undefined;
  readonly initials_color?: string | undefined;
  readonly name?: string | undefined;
};

export type PickerItem = {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly label?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly max_choices?: number | undefined;
  readonly required?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type ProgressItem = {
  readonly label: string;
  readonly caption?: string | undefined;
  readonly value?: number | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: "bar" | "spinner" | undefined;
};

export type RangeSliderItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
  readonly min_value?: number | undefined;
  readonly max_value?: number | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly trigger?: boolean | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type SeparatorItem = {
  readonly label?: string | undefined;
  readonly name?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type SliderItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
  readonly value?: number | undefined;
  readonly disabled?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type SpinboxItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
  readonly value?: number | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type StepperItem = {
  readonly name: string;
  readonly items: readonly Step[];
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type TagsItem = {
  readonly items: readonly Tag[];
};

export type TableItem = {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly rows?: readonly TableRow[] | undefined;
  readonly multiple?: boolean | undefined;
  readonly groupable?: boolean | undefined;
  readonly downloadable?: boolean | undefined;
  readonly resettable?: boolean | undefined;
  readonly height?: string | undefined;
  readonly width?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly checkbox_visibility?: "always" | "on-hover" | "hidden" | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly groups?: readonly TableGroup[] | undefined;
  readonly pagination?: TablePagination | undefined;
  readonly events?: readonly ("select" | "group_change" | "search" | "sort" | "filter" | "group_by" | "page_change" | "download" | "reset")[] | undefined;
  readonly single?: boolean | undefined;
  readonly value?: string | undefined;
};

export type TemplateItem = {
  readonly content: string;
  readonly data?: unknown;
  readonly name?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
};

export type TextItem = {
  readonly content: string;
  readonly size?: "xl" | "l" | "m" | "s" | "xs" | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type TextXlItem = {
  readonly content: string;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
  readonly name?: string | undefined;
};

export type TextLItem = {
  readonly content: string;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly commands?: readonly Command[] | undefined;
  readonly name?: string | undefined;
};

export type TextMItem = {
  readonly content: string;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type TextSItem = {
  readonly content: string;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type TextXsItem = {
  readonly content: string;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly align?: "start" | "end" | "center" | "justify" | undefined;
  readonly tooltip?: string | undefined;
  readonly name?: string | undefined;
};

export type TextboxItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly value?: string | undefined;
  readonly mask?: string | undefined;
  readonly icon?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly error?: string | undefined;
  readonly required?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly readonly?: boolean | undefined;
  readonly multiline?: boolean | undefined;
  readonly password?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly height?: string | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly spellcheck?: boolean | undefined;
  readonly type?: "text" | "number" | "tel" | undefined;
};

export type TimePickerItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly value?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly required?: boolean | undefined;
  readonly hour_format?: "12" | "24" | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly minutes_step?: number | undefined;
};

export type ToggleItem = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly value?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly trigger?: boolean | undefined;
  readonly width?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly tooltip?: string | undefined;
};

export type VegaVisualizationItem = {
  readonly specification: string;
  readonly data?: unknown;
  readonly width?: string | undefined;
  readonly height?: string | undefined;
  readonly name?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly grammar?: "vega-lite" | "vega" | undefined;
};

export type VisualizationItem = {
  readonly plot: Plot;
  readonly data: unknown;
  readonly width?: string | undefined;
  readonly height?: string | undefined;
  readonly name?: string | undefined;
  readonly visible?: boolean | undefined;
  readonly events?: readonly "select_marks"[] | undefined;
  readonly interactions?: readonly ("drag_move" | "scale_zoom" | "brush")[] | undefined;
  readonly animate?: boolean | undefined;
};

export type CardPart = {
  readonly items: readonly unknown[];
};

export type ChartPart = {
  readonly spec?: unknown;
  readonly alt?: string | undefined;
  readonly mark?: "line" | "bar" | "area" | "point" | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly color?: string | undefined;
  readonly height?: number | undefined;
  readonly picture?: string | undefined;
};

export type FilePart = {
  readonly name: string;
  readonly url: string;
  readonly size?: number | undefined;
  readonly mime?: string | undefined;
};

export type ImagePart = {
  readonly url: string;
  readonly alt: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
};

export type IncompletePart = {
  readonly reason: "length" | "context" | "content_filter" | "refusal";
};

export type ReasoningPart = {
  readonly text: string;
  readonly seconds?: number | undefined;
  readonly done?: boolean | undefined;
};

export type SourcePart = {
  readonly title: string;
  readonly url?: string | undefined;
  readonly quote?: string | undefined;
  readonly index?: number | undefined;
};

export type TablePart = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};

export type TextPart = {
  readonly text: string;
};

export type ToolCallPart = {
  readonly name: string;
  readonly args?: unknown;
  readonly state?: "running" | "waiting" | "done" | "failed" | undefined;
  readonly result?: unknown;
  readonly parts?: unknown;
  readonly id?: string | undefined;
};

export type ChatSuggestion = {
  readonly name: string;
  readonly label: string;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
};

export type Command = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
  readonly items?: readonly Command[] | undefined;
  readonly value?: string | undefined;
  readonly path?: string | undefined;
  readonly download?: boolean | undefined;
  readonly accept?: readonly string[] | undefined;
};

export type ChatAttachments = {
  readonly accept?: readonly string[] | undefined;
  readonly max_files?: number | undefined;
  readonly max_file_mb?: number | undefined;
};

export type ChatCommand = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
};

export type ChatMention = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
};

export type Found = {
  readonly id: unknown;
  readonly content: string;
  readonly time?: number | undefined;
};

export type NavGroup = {
  readonly label: string;
  readonly items: readonly NavItem[];
  readonly collapsed?: boolean | undefined;
};

export type NotificationBar = {
  readonly text: string;
  readonly type?: "info" | "error" | "warning" | "success" | "danger" | "blocked" | undefined;
  readonly timeout?: number | undefined;
  readonly buttons?: readonly unknown[] | undefined;
  readonly position?: "top-right" | "bottom-right" | "bottom-center" | "bottom-left" | "top-left" | "top-center" | undefined;
  readonly events?: readonly "dismissed"[] | undefined;
  readonly name?: string | undefined;
};

export type Layout = {
  readonly breakpoint: string;
  readonly zones: readonly Zone[];
  readonly width?: string | undefined;
  readonly min_width?: string | undefined;
  readonly max_width?: string | undefined;
  readonly height?: string | undefined;
  readonly min_height?: string | undefined;
  readonly max_height?: string | undefined;
  readonly name?: string | undefined;
};

export type Dialog = {
  readonly title: string;
  readonly items: readonly unknown[];
  readonly width?: string | undefined;
  readonly closable?: boolean | undefined;
  readonly blocking?: boolean | undefined;
  readonly primary?: boolean | undefined;
  readonly name?: string | undefined;
  readonly events?: readonly "dismissed"[] | undefined;
};

export type SidePanel = {
  readonly title: string;
  readonly items: readonly unknown[];
  readonly width?: string | undefined;
  readonly name?: string | undefined;
  readonly events?: readonly "dismissed"[] | undefined;
  readonly blocking?: boolean | undefined;
  readonly closable?: boolean | undefined;
};

export type Theme = {
  readonly name: string;
  readonly text: string;
  readonly card: string;
  readonly page: string;
  readonly primary: string;
};

export type Tracker = {
  readonly type: "ga" | "gtag";
  readonly id: string;
};

export type Script = {
  readonly path: string;
  readonly asynchronous?: boolean | undefined;
  readonly cross_origin?: string | undefined;
  readonly referrer_policy?: string | undefined;
  readonly integrity?: string | undefined;
  readonly type?: string | undefined;
};

export type InlineScript = {
  readonly content: string;
  readonly requires?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
};

export type InlineStylesheet = {
  readonly content: string;
  readonly media?: string | undefined;
};

export type Stylesheet = {
  readonly path: string;
  readonly media?: string | undefined;
  readonly cross_origin?: string | undefined;
};

export type Plot = {
  readonly marks: readonly Mark[];
};

export type StatListItem = {
  readonly label: string;
  readonly name?: string | undefined;
  readonly caption?: string | undefined;
  readonly value?: string | undefined;
  readonly value_color?: string | undefined;
  readonly aux_value?: string | undefined;
  readonly icon?: string | undefined;
  readonly icon_color?: string | undefined;
};

export type StatTableItem = {
  readonly label: string;
  readonly values: readonly string[];
  readonly name?: string | undefined;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
  readonly icon_color?: string | undefined;
  readonly colors?: readonly string[] | undefined;
};

export type Tab = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly icon?: string | undefined;
  readonly path?: string | undefined;
};

export type Stat = {
  readonly label: string;
  readonly value?: string | undefined;
  readonly caption?: string | undefined;
  readonly icon?: string | undefined;
  readonly icon_color?: string | undefined;
  readonly name?: string | undefined;
};

export type ThreadItem = {
  readonly id: string;
  readonly title: string;
  readonly time?: number | undefined;
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
  readonly shared?: boolean | undefined;
  readonly active?: boolean | undefined;
};

export type Pie = {
  readonly label: string;
  readonly value: string;
  readonly fraction: number;
  readonly color: string;
  readonly aux_value?: string | undefined;
};

export type Choice = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly disabled?: boolean | undefined;
};

export type Step = {
  readonly label: string;
  readonly icon?: string | undefined;
  readonly done?: boolean | undefined;
};

export type Tag = {
  readonly label: string;
  readonly color: string;
  readonly label_color?: string | undefined;
};

export type TableColumn = {
  readonly name: string;
  readonly label: string;
  readonly min_width?: string | undefined;
  readonly max_width?: string | undefined;
  readonly sortable?: boolean | undefined;
  readonly searchable?: boolean | undefined;
  readonly filterable?: boolean | undefined;
  readonly link?: boolean | undefined;
  readonly data_type?: "string" | "number" | "time" | undefined;
  readonly cell_type?: unknown;
  readonly cell_overflow?: "tooltip" | "wrap" | undefined;
  readonly filters?: readonly string[] | undefined;
  readonly align?: "left" | "center" | "right" | undefined;
};

export type TableRow = {
  readonly name: string;
  readonly cells: readonly unknown[];
};

export type TableGroup = {
  readonly label: string;
  readonly rows: readonly TableRow[];
  readonly collapsed?: boolean | undefined;
};

export type TablePagination = {
  readonly total_rows: number;
  readonly rows_per_page: number;
};

export type NavItem = {
  readonly name: string;
  readonly label: string;
  readonly icon?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly tooltip?: string | undefined;
  readonly path?: string | undefined;
};

export type Zone = {
  readonly name: string;
  readonly size?: string | undefined;
  readonly direction?: "row" | "column" | undefined;
  readonly justify?: "start" | "end" | "center" | "between" | "around" | undefined;
  readonly align?: "start" | "end" | "center" | "stretch" | undefined;
  readonly wrap?: "start" | "end" | "center" | "between" | "around" | "stretch" | undefined;
  readonly zones?: readonly Zone[] | undefined;
};

export type Mark = {
  readonly coord?: "rect" | "cartesian" | "polar" | "theta" | "helix" | undefined;
  readonly type?: "interval" | "line" | "path" | "point" | "area" | "polygon" | "schema" | "edge" | "heatmap" | undefined;
  readonly x?: unknown;
  readonly x0?: unknown;
  readonly x1?: unknown;
  readonly x2?: unknown;
  readonly x_q1?: unknown;
  readonly x_q2?: unknown;
  readonly x_q3?: unknown;
  readonly x_min?: number | undefined;
  readonly x_max?: number | undefined;
  readonly x_nice?: boolean | undefined;
  readonly x_scale?: "linear" | "cat" | "category" | "identity" | "log" | "pow" | "power" | "time" | "time-category" | "quantize" | "quantile" | undefined;
  readonly x_title?: string | undefined;
  readonly y?: unknown;
  readonly y0?: unknown;
  readonly y1?: unknown;
  readonly y2?: unknown;
  readonly y_q1?: unknown;
  readonly y_q2?: unknown;
  readonly y_q3?: unknown;
  readonly y_min?: number | undefined;
  readonly y_max?: number | undefined;
  readonly y_nice?: boolean | undefined;
  readonly y_scale?: "linear" | "cat" | "category" | "identity" | "log" | "pow" | "power" | "time" | "time-category" | "quantize" | "quantile" | undefined;
  readonly y_title?: string | undefined;
  readonly color?: string | undefined;
  readonly color_range?: string | undefined;
  readonly color_domain?: readonly string[] | undefined;
  readonly shape?: string | undefined;
  readonly shape_range?: string | undefined;
  readonly size?: unknown;
  readonly size_range?: string | undefined;
  readonly stack?: string | undefined;
  readonly dodge?: string | undefined;
  readonly curve?: "none" | "smooth" | "step-before" | "step" | "step-after" | undefined;
  readonly fill_color?: string | undefined;
  readonly fill_opacity?: number | undefined;
  readonly stroke_color?: string | undefined;
  readonly stroke_opacity?: number | undefined;
  readonly stroke_size?: number | undefined;
  readonly stroke_dash?: string | undefined;
  readonly label?: string | undefined;
  readonly label_offset?: number | undefined;
  readonly label_offset_x?: number | undefined;
  readonly label_offset_y?: number | undefined;
  readonly label_rotation?: string | undefined;
  readonly label_position?: "top" | "bottom" | "middle" | "left" | "right" | undefined;
  readonly label_overlap?: "hide" | "overlap" | "constrain" | undefined;
  readonly label_fill_color?: string | undefined;
  readonly label_fill_opacity?: number | undefined;
  readonly label_stroke_color?: string | undefined;
  readonly label_stroke_opacity?: number | undefined;
  readonly label_stroke_size?: number | undefined;
  readonly label_font_size?: number | undefined;
  readonly label_font_weight?: string | undefined;
  readonly label_line_height?: number | undefined;
  readonly label_align?: "left" | "right" | "center" | "start" | "end" | undefined;
  readonly ref_stroke_color?: string | undefined;
  readonly ref_stroke_opacity?: number | undefined;
  readonly ref_stroke_size?: number | undefined;
  readonly ref_stroke_dash?: string | undefined;
  readonly interactive?: boolean | undefined;
};
