/** The part of the browser's speech recognition that is used here; the DOM types of TypeScript lack it. */
export interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: { readonly resultIndex: number; readonly results: Iterable<Result> }) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}

interface Result {
  readonly isFinal: boolean;
  readonly [index: number]: { readonly transcript: string } | undefined;
}

/** The browser's speech recognition, undefined where it has none. */
export function recognizer(): (new () => Recognition) | undefined {
  const from = window as unknown as Record<string, (new () => Recognition) | undefined>;
  return from["SpeechRecognition"] ?? from["webkitSpeechRecognition"];
}
