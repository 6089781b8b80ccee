/** Enter in the last text box of a form presses its button, where a form is a question. */
import { getContext, setContext } from "svelte";
import { json, record, records, str, yes, type Values } from "../page/read";
import type { Args } from "../transport/args";

/** Press the button, if Enter in this text box means it. */
type Send = (name: string) => boolean;

const KEY = Symbol("send");
/** Components that take input; Enter means nothing in a text box that another of them follows. */
const CONTROLS: ReadonlySet<string> = new Set(
  "textbox dropdown checkbox toggle slider range_slider spinbox choice_group checklist date_picker time_picker table".split(" "),
);

/** Called once by the form, while it is being set up. */
export function provideSender(items: () => unknown, args: Args): void {
  setContext<Send>(KEY, (name) => {
    const { fields, button } = read(items());
    if (fields.at(-1) !== name || button === undefined) return false;
    void args.submit(str(button["name"]) ?? "", str(button["value"]) ?? json(button["value"] ?? true));
    return true;
  });
}

/** Of the form that a component is in; undefined where Enter means nothing. */
export const sender = (): Send | undefined => getContext<Send | undefined>(KEY);

/** The names of the controls in their order, and the button that Enter presses: the only one, or the primary one. */
function read(items: unknown): { readonly fields: readonly string[]; readonly button: Values | undefined } {
  const fields: string[] = [];
  const buttons: Values[] = [];
  const look = (node: unknown): void => {
    for (const wrapped of records(node)) {
      const [type] = Object.keys(wrapped);
      const item = record(type === undefined ? undefined : wrapped[type]);
      if (type === undefined || item["visible"] === false || yes(item["disabled"])) continue;
      if (type === "button" || type === "mini_button") buttons.push(item);
      else if (str(item["name"]) !== undefined && CONTROLS.has(type)) fields.push(str(item["name"]) ?? "");
      look(item["items"] ?? item["buttons"]);
    }
  };
  look(items);
  return { fields, button: buttons.length === 1 ? buttons[0] : buttons.find((button) => yes(button["primary"])) };
}
