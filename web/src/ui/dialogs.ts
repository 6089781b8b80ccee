/** Whether a dialog keeps the keyboard for itself, whichever room it is of. */
// eslint-disable-next-line no-restricted-syntax -- the browser knows, and nothing else does
export const hasModal = (): boolean => document.querySelector("dialog:modal") !== null;
