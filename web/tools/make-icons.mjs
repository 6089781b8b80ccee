/**
 * Write `src/ui/icons/interface.ts`, `actions.ts` and `wave.ts`: path data of icons under the names that Wave apps use.
 *
 *     npm install --no-save @fluentui/svg-icons && node tools/make-icons.mjs
 *
 * The icons are Microsoft's Fluent System Icons (MIT licence). `interface` is part of the first load and holds what the
 * interface itself shows, `actions` what stands below messages; `wave` is loaded when an app names one of its icons.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = process.argv[2] ?? join(here, "../node_modules/@fluentui/svg-icons/icons");

const ownIcons = {
  Up: "arrow_up", StopSolid: "stop.f", CheckMark: "checkmark", ChevronDown: "chevron_down", Down: "arrow_down",
  More: "more_horizontal", Cancel: "dismiss", Refresh: "arrow_clockwise", Warning: "warning",
};

const actionIcons = { Copy: "copy", Like: "thumb_like" };

const waveIcons = {
  ...actionIcons,
  Accept: "checkmark", Add: "add", AddFriend: "person_add", AddTo: "add_circle", AlertSolid: "warning.f", Airplane: "airplane",
  AnalyticsView: "data_usage", Archive: "archive", ArrowUpRight: "arrow_up_right", Attach: "attach", AwayStatus: "clock",
  Back: "arrow_left", BarChart4: "data_bar_vertical", BarChartVertical: "data_bar_vertical", Blocked: "prohibited", BlockedSolid: "prohibited.f",
  Blocked2: "prohibited", BookAnswers: "book_question_mark", Bookmark: "bookmark", BookmarksMirrored: "bookmark", Brightness: "weather_sunny",
  Brush: "paint_brush", Bug: "bug", BulletedList: "text_bullet_list", BuildQueue: "apps_list", Calculator: "calculator",
  Calendar: "calendar_ltr", Camera: "camera", Certificate: "certificate", Chart: "data_line", Chat: "chat",
  ChatBot: "bot", ChatInviteFriend: "person_chat", ChevronLeft: "chevron_left", ChevronRight: "chevron_right", ChevronUp: "chevron_up",
  CircleRing: "circle", Clear: "dismiss", ClearFormatting: "clear_formatting", Clock: "clock", Cloud: "cloud", CloudDownload: "cloud_arrow_down",
  CloudUpload: "cloud_arrow_up", Code: "code", CollapseMenu: "more_horizontal", Color: "color", Comment: "comment", Completed: "checkmark_circle",
  CompletedSolid: "checkmark_circle.f", Contact: "person", ContactInfo: "contact_card", CheckList: "task_list_square_ltr", Cut: "cut",
  Database: "database", DataManagementSettings: "database_person", DateTime: "calendar_clock", Delete: "delete", DeveloperTools: "developer_board",
  Dictionary: "book", Document: "document", DocumentSearch: "document_search", DoubleChevronLeft: "chevron_double_left",
  DoubleChevronRight: "chevron_double_right", Download: "arrow_download", Edit: "edit", EditNote: "~M16.5 10.5v4a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2h4M8 12l.6-2.7 6.6-6.6a1.5 1.5 0 0 1 2.1 2.1l-6.6 6.6z", Education: "hat_graduation",
  Emoji: "emoji", Emoji2: "emoji", EmojiNeutral: "emoji_meh", Error: "error_circle", ErrorBadge: "error_circle", ExploreContent: "compass_northwest",
  Export: "arrow_export_ltr", FabricFolder: "folder", FavoriteStar: "star", FavoriteStarFill: "star.f", Feedback: "person_feedback",
  FileCode: "document", FileTemplate: "document", Filter: "filter", Flag: "flag", Flow: "flow", Folder: "folder", FolderOpen: "folder_open",
  Forward: "arrow_right", FullScreen: "full_screen_maximize", Game: "games", Globe: "globe", GlobalNavButton: "navigation", Group: "people",
  Headset: "headset", Health: "heart_pulse", Heart: "heart", HeartFill: "heart.f", Help: "question_circle", Hide: "eye_off", History: "history",
  Home: "home", HomeSolid: "home.f", Image: "image", FileImage: "image", Important: "important", Info: "info", InfoSolid: "info.f", Insights: "lightbulb_filament",
  Label: "tag", LightningBolt: "flash", Lightbulb: "lightbulb", LineChart: "data_line", Link: "link", List: "list", LocaleLanguage: "local_language",
  Lock: "lock_closed", LaptopSecure: "laptop_shield", LikeSolid: "thumb_like.f", Dislike: "thumb_dislike", DislikeSolid: "thumb_dislike.f", Leave: "arrow_exit", Library: "library", Mail: "mail", MapPin: "location", Marquee: "slide_text",
  Medal: "trophy", Megaphone: "megaphone", Message: "chat", Microphone: "mic", Money: "money", MoreVertical: "more_vertical", MusicInCollection: "music_note_1",
  NavigateBack: "arrow_left", NavigateForward: "arrow_right", News: "news", NumberSymbol: "number_symbol", OfficeChat: "chat_multiple",
  OpenFile: "document_arrow_up", OpenFolderHorizontal: "folder_open", OpenInNewWindow: "open", Org: "organization", Page: "document",
  PageAdd: "document_add", PageEdit: "document_edit", Paste: "clipboard_paste", Pause: "pause", PDF: "document_pdf", People: "people",
  Permissions: "key", Phone: "call", Photo2: "image", PieDouble: "data_pie", Pin: "pin", Pinned: "pin", Play: "play", PlugConnected: "plug_connected",
  PowerButton: "power", Print: "print", Processing: "settings", ProductCatalog: "box", Puzzle: "puzzle_piece", QuestionAnswer: "question",
  Questionnaire: "clipboard_task_list_ltr", QuickNote: "note", Redo: "arrow_redo", Remove: "subtract", Rename: "rename", ReportDocument: "document_text",
  Repeat: "arrow_repeat_all", Reply: "arrow_reply", ReturnKey: "arrow_enter_left", Robot: "bot", Rocket: "rocket", Save: "save", SaveAs: "save_edit",
  Science: "beaker", Search: "search", Send: "send", SendMirrored: "send", Stop: "stop", Settings: "settings", Share: "share", Shield: "shield", ShoppingCart: "cart",
  SignOut: "sign_out", SkypeMessage: "chat", SkypeCircleCheck: "checkmark_circle", Sort: "arrow_sort", SortDown: "arrow_sort_down", SortUp: "arrow_sort_up",
  Starburst: "star_emphasis", StatusCircleCheckmark: "checkmark", StatusErrorFull: "error_circle.f", Streaming: "live",
  Switch: "arrow_swap", Sync: "arrow_sync", Table: "table", Tag: "tag", TaskManager: "task_list_ltr", TaskLogo: "task_list_ltr", TestBeaker: "beaker", TextDocument: "document_text",
  ThumbnailView: "grid", Toolbox: "toolbox", Translate: "translate", Trophy: "trophy", Undo: "arrow_undo", Unlock: "lock_open",
  UpgradeAnalysis: "data_trending", Upload: "arrow_upload", UserFollowed: "person_available", Video: "video", View: "eye", ViewDashboard: "board",
  Volume3: "speaker_2", WarningSolid: "warning.f", WebSearch: "globe_search", World: "globe", Zoom: "zoom_in", ZoomIn: "zoom_in", ZoomOut: "zoom_out",
};

function path(spec) {
  if (spec.startsWith("~")) return spec; // ours, drawn by its line
  const [name, kind] = spec.split(".");
  for (const size of [20, 24, 16]) {
    try {
      const svg = readFileSync(join(source, `${name}_${size}_${kind === "f" ? "filled" : "regular"}.svg`), "utf8");
      const drawn = [...svg.matchAll(/<path d="([^"]+)"/g)].map((match) => match[1]).join("");
      if (drawn !== "" && size === 20) return drawn;
    } catch {
      // Not drawn in this size; the list below names what is missing.
    }
  }
  console.error(`no 20 px drawing for ${spec}`);
  process.exitCode = 1;
  return null;
}

function write(file, table, about) {
  const drawings = new Map();
  const lines = [];
  for (const [name, spec] of Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const d = path(spec);
    if (d === null) continue;
    // The same drawing under two names is stored once.
    if (drawings.has(d)) lines.push(`  ${name}: "=${drawings.get(d)}",`);
    else {
      drawings.set(d, name);
      lines.push(`  ${name}: "${d}",`);
    }
  }
  const text = `/**
 * ${about} Made by tools/make-icons.mjs; do not edit.
 *
 * Path data on a 20 x 20 grid, by the icon's name in Wave apps; \`=Name\` is the drawing of that name.
 * Drawings: Fluent System Icons, Copyright (c) 2020 Microsoft Corporation, MIT licence.
 */
export const paths: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`;
  writeFileSync(join(here, "../src/ui/icons", file), text);
}

write("interface.ts", ownIcons, "Icons of the interface itself, part of the first load.");
write("actions.ts", actionIcons, "Icons of what stands below a message, loaded with it.");
write("wave.ts", waveIcons, "Icons that apps name, loaded with the first of them.");
