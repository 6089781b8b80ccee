/** Colours of diagrams: those of the page, and for what differs by colour twelve more that go with them. */
import { mix } from "../../ui/color";

/** What the frame gets: six colours by name, and whether the ground is dark. */
export type Colours = Readonly<Record<string, string>>;

/** Neighbours differ in hue; beside the ground none is so strong that words on it could not be read. */
const HUES = ["#3b82f6", "#f97316", "#10b981", "#a855f7", "#eab308", "#ec4899", "#06b6d4", "#84cc16", "#ef4444", "#6366f1", "#14b8a6", "#f59e0b"];
const SHARE = 0.3;

/** Fills in the order in which a diagram uses them. */
export const fills = (ground: string): readonly string[] => HUES.map((hue) => mix(ground, hue, SHARE));

/** Variables of Mermaid's theme `base`. */
export function themeOf(colours: Colours): Record<string, unknown> {
  const { text = "#222222", ground = "#ffffff", line = "#666666", fill = "#eeeeee", soft = "#f6f6f6", border = "#888888" } = colours;
  const scale = fills(ground).flatMap((colour, index): [string, string][] => {
    const at = String(index);
    const all: [string, string][] = [[`pie${String(index + 1)}`, colour]];
    for (const name of ["cScale", "fillType", "git", "actor"]) all.push([`${name}${at}`, colour]);
    for (const name of ["cScaleLabel", "gitBranchLabel"]) all.push([`${name}${at}`, text]);
    for (const name of ["cScalePeer", "cScaleInv", "gitInv"]) all.push([`${name}${at}`, border]);
    return all;
  });
  return {
    darkMode: colours["dark"] === "yes",
    background: ground,
    fontSize: "15px",
    primaryColor: fill,
    primaryTextColor: text,
    primaryBorderColor: border,
    secondaryColor: soft,
    secondaryTextColor: text,
    tertiaryColor: soft,
    tertiaryTextColor: text,
    mainBkg: fill,
    nodeTextColor: text,
    lineColor: line,
    textColor: text,
    noteBkgColor: soft,
    noteTextColor: text,
    noteBorderColor: border,
    edgeLabelBackground: ground,
    clusterBkg: soft,
    clusterBorder: border,
    titleColor: text,
    actorBkg: fill,
    actorTextColor: text,
    signalTextColor: text,
    signalColor: line,
    labelTextColor: text,
    loopTextColor: text,
    pieTitleTextColor: text,
    pieSectionTextColor: text,
    pieLegendTextColor: text,
    pieStrokeColor: ground,
    pieOuterStrokeColor: border,
    pieOpacity: "1",
    scaleLabelColor: text,
    classText: text,
    taskTextColor: text,
    taskTextDarkColor: text,
    taskTextLightColor: text,
    taskTextOutsideColor: text,
    commitLabelColor: text,
    commitLabelBackground: soft,
    tagLabelColor: text,
    tagLabelBackground: fill,
    quadrant1Fill: fill,
    quadrant1TextFill: text,
    quadrant2TextFill: text,
    quadrant3TextFill: text,
    quadrant4TextFill: text,
    quadrantPointFill: line,
    quadrantPointTextFill: text,
    quadrantXAxisTextFill: text,
    quadrantYAxisTextFill: text,
    quadrantTitleFill: text,
    ...Object.fromEntries(scale),
  };
}
