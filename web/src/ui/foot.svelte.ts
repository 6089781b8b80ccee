/** What stands at the foot of the page, such as a prompt box: notices keep clear of it. */
let box = $state.raw<HTMLElement>();

/** What is there; undefined for nothing. Reactive. */
export const foot = (): HTMLElement | undefined => box;

/** Attach it to what stands there; the last one counts. */
export function atFoot(element: HTMLElement): () => void {
  box = element;
  return () => {
    if (box === element) box = undefined;
  };
}
