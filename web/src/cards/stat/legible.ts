/** Colours of texts. */
import { paint } from "../../ui/palette";

/** A colour that an app gave to a text, mixed with that of texts until both yellow and violet can be read on a card. */
export const legible = (color: string): string => `color-mix(in oklab, ${paint(color)} 35%, var(--text))`;
