/**
 * Put a theme on the document, and remember it: the next load of the page starts in it instead of flashing the default.
 * The colours of the default theme are in `ui/tokens.css`; those of the others are made by `themes.ts`, which is
 * loaded when a page names one.
 */

/** Colours by the name of their CSS variable without `--`. */
export type Palette = Readonly<Record<string, string>>;

export interface Look {
  readonly dark: boolean;
  /** Empty for the default theme. */
  readonly colours: Palette;
}

export const defaultLook: Look = { dark: false, colours: {} };

let applied: readonly string[] = [];

export function applyLook({ dark, colours }: Look): void {
  const { style } = document.documentElement;
  for (const name of applied) style.removeProperty(name);
  applied = Object.keys(colours).map((name) => `--${name}`);
  for (const [name, value] of Object.entries(colours)) style.setProperty(`--${name}`, value);
  style.setProperty("color-scheme", dark ? "dark" : "light");
  // The edge of the window, where the device shows one: until now as the system likes it.
  for (const meta of document.head.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) meta.content = colours["page"] ?? "#f5f5f5";
}

/** Whether a name means the default theme without asking the others. */
export const isPlain = (name: string | undefined): boolean => name === undefined || name === "default" || name === "light";

const memory = (): string => `swell:theme:${location.pathname}`;

export function rememberLook(look: Look): void {
  try {
    localStorage.setItem(memory(), JSON.stringify(look));
  } catch {
    // Storage may be full or forbidden; the theme then arrives a moment later.
  }
}

export function rememberedLook(): Look {
  try {
    const { dark, colours } = JSON.parse(localStorage.getItem(memory()) ?? "null") as Partial<Look>;
    const sound = Object.entries(colours ?? {}).filter(([name, value]) => /^[a-z0-9-]+$/.test(name) && /^#[0-9a-f]{3,8}$/i.test(value));
    return { dark: dark === true, colours: Object.fromEntries(sound) };
  } catch {
    return defaultLook;
  }
}
