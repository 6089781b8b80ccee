/** Widths, in CSS pixels, at which something changes. Media queries repeat them; `tokens.test.ts` holds them to these. */

/** Up to this width the cards of a page stand below one another. */
export const NARROW = 640;

/** Below this width lists are drawers, and notices as wide as the window. */
export const PHONE = 768;

/** Up to this width a source shows no host. */
export const SLIM = 480;

/** From this width and height of a conversation an empty one has its prompt box in the middle. */
export const ROOMY = { width: 560, height: 520 };

/** Below this width of a conversation each attached file takes a row. */
export const TIGHT = 420;
