// Made from src/swell/locales/en.json by `make gen`.
declare module "words:languages" {
  type Texts = Readonly<Record<string, string | ((values: never) => string)>>;
  /** Loads the texts of each language but English, by area. */
  const languages: Readonly<Record<string, () => Promise<{ readonly default: Readonly<Record<string, Texts>> }>>>;
  export default languages;
}
declare module "words:common" {
  export const text: {
    readonly assistant: string;
    readonly you: string;
    readonly conversation: string;
    readonly send: string;
    readonly stopped: string;
    readonly yes: string;
    readonly no: string;
    readonly undo: string;
    readonly close: string;
    readonly errorNumber: (values: { readonly id: string | number }) => string;
  };
}
declare module "words:failures" {
  export const text: {
    readonly model_failed: string;
    readonly rate_limited: string;
    readonly auth: string;
    readonly context_too_long: string;
    readonly connection: string;
    readonly bad_request: string;
    readonly overloaded: string;
    readonly ask_timeout: string;
    readonly answer_too_long: string;
    readonly empty_answer: string;
    readonly handler_failed: string;
    readonly busy: string;
  };
}
declare module "words:incomplete" {
  export const text: {
    readonly length: string;
    readonly context: string;
    readonly content_filter: string;
    readonly refusal: string;
  };
}
declare module "words:page" {
  export const text: {
    readonly prompt: string;
    readonly stop: string;
    readonly answering: string;
    readonly answeringStoppable: string;
    readonly stopUnavailable: string;
    readonly suggestions: string;
    readonly newMessages: string;
    readonly newCount: (values: { readonly count: number }) => string;
    readonly toLatest: string;
    readonly earlier: string;
    readonly loadingEarlier: string;
    readonly copy: string;
    readonly notSent: string;
    readonly retry: string;
    readonly edit: string;
    readonly skip: string;
    readonly commands: string;
    readonly page: string;
    readonly unsupported: (values: { readonly view: string | number }) => string;
    readonly loadFailed: string;
    readonly taskDone: string;
    readonly taskOpen: string;
    readonly loadImage: (values: { readonly host: string | number }) => string;
    readonly loadImageOf: (values: { readonly description: string | number; readonly host: string | number }) => string;
    readonly copied: string;
    readonly dismiss: string;
  };
}
declare module "words:connection" {
  export const text: {
    readonly connecting: string;
    readonly blocked: string;
    readonly reconnecting: string;
    readonly silent: string;
    readonly retryNow: string;
    readonly replaced: string;
    readonly useHere: string;
    readonly reload: string;
    readonly endedMalformed: string;
    readonly endedVersion: string;
    readonly endedSignedOut: string;
    readonly endedForbidden: string;
    readonly endedTooMany: string;
    readonly endedRevoked: string;
    readonly endedDeleted: string;
    readonly endedOther: (values: { readonly code: string | number }) => string;
  };
}
declare module "words:errors" {
  export const text: {
    readonly errorTitle: string;
    readonly errorHint: string;
    readonly errorId: string;
    readonly offline: string;
    readonly outbox_full: string;
    readonly too_big: string;
  };
}
declare module "words:forms" {
  export const text: {
    readonly required: string;
    readonly help: string;
    readonly done: string;
    readonly filter: string;
    readonly noChoice: string;
    readonly showPassword: string;
    readonly hidePassword: string;
    readonly choose: string;
    readonly chosen: (values: { readonly count: number }) => string;
    readonly selectAll: string;
    readonly selectNone: string;
    readonly pleaseWait: string;
    readonly opensNewTab: string;
    readonly on: string;
    readonly off: string;
    readonly from: string;
    readonly to: string;
    readonly more: string;
    readonly less: string;
  };
}
declare module "words:header" {
  export const text: {
    readonly menu: string;
    readonly navigation: string;
  };
}
declare module "words:stats" {
  export const text: {
    readonly empty: string;
    readonly series: (values: { readonly count: number; readonly high: string | number; readonly last: string | number; readonly low: string | number }) => string;
  };
}
declare module "words:composer" {
  export const text: {
    readonly attach: string;
    readonly attachments: string;
    readonly dropHere: string;
    readonly removeFile: (values: { readonly name: string | number }) => string;
    readonly cancelFile: (values: { readonly name: string | number }) => string;
    readonly retryFile: (values: { readonly name: string | number }) => string;
    readonly uploading: (values: { readonly name: string | number }) => string;
    readonly uploadWaiting: string;
    readonly uploadFailed: string;
    readonly uploadAgain: string;
    readonly fileGone: string;
    readonly fileUnfinished: string;
    readonly intoBox: string;
    readonly pastedName: (values: { readonly count: string | number }) => string;
    readonly waitForUploads: string;
    readonly removeFailed: string;
    readonly tooManyFiles: (values: { readonly left: number; readonly most: number }) => string;
    readonly fileTooLarge: (values: { readonly most: string | number; readonly name: string | number; readonly size: string | number }) => string;
    readonly fileWrongType: (values: { readonly accept: string | number; readonly name: string | number }) => string;
    readonly fileIsFolder: (values: { readonly name: string | number }) => string;
    readonly noRoom: string;
    readonly images: string;
    readonly sounds: string;
    readonly videos: string;
    readonly texts: string;
    readonly commands: string;
    readonly mentions: string;
    readonly found: (values: { readonly count: number }) => string;
    readonly speak: string;
    readonly stopSpeaking: string;
    readonly microphoneDenied: string;
    readonly speechFailed: string;
  };
}
declare module "words:message" {
  export const text: {
    readonly thinking: string;
    readonly thought: string;
    readonly thoughtFor: (values: { readonly duration: string | number }) => string;
    readonly thoughtStep: string;
    readonly usedTools: (values: { readonly tools: number }) => string;
    readonly thoughtAndUsed: (values: { readonly tools: number }) => string;
    readonly toolRunning: string;
    readonly toolWaiting: string;
    readonly toolDone: string;
    readonly toolFailed: string;
    readonly toolInput: string;
    readonly toolResult: string;
    readonly sources: string;
    readonly source: (values: { readonly at: number; readonly title: string | number }) => string;
    readonly openSource: string;
    readonly interrupted: string;
    readonly failed: string;
    readonly imageFailed: string;
    readonly table: (values: { readonly rows: number }) => string;
    readonly truncated: string;
    readonly goOn: string;
    readonly unread: string;
  };
}
declare module "words:reading" {
  export const text: {
    readonly answerStarted: string;
    readonly answerEnded: string;
    readonly answerFailed: string;
    readonly toolRuns: (values: { readonly name: string | number }) => string;
    readonly toolWaits: (values: { readonly name: string | number }) => string;
    readonly toolFailed: (values: { readonly name: string | number }) => string;
    readonly search: string;
    readonly searchHint: string;
    readonly matches: (values: { readonly at: number; readonly count: number }) => string;
    readonly noMatches: string;
    readonly older: string;
    readonly newer: string;
    readonly elsewhere: string;
    readonly notLoaded: string;
    readonly shortcuts: string;
    readonly writing: string;
    readonly page: string;
    readonly toBox: string;
    readonly breakLine: string;
    readonly editLast: string;
    readonly stop: string;
    readonly next: string;
    readonly previous: string;
    readonly actions: string;
    readonly toEnd: string;
    readonly toStart: string;
    readonly copyAnswer: string;
    readonly copyCode: string;
    readonly sidebar: string;
    readonly help: string;
    readonly or: string;
    readonly singleKeys: string;
    readonly say: string;
    readonly sayAll: string;
    readonly sayEnds: string;
    readonly sayNothing: string;
  };
}
declare module "words:threads" {
  export const text: {
    readonly threads: string;
    readonly newThread: string;
    readonly untitled: string;
    readonly searchThreads: string;
    readonly noThreads: string;
    readonly noThreadsFound: string;
    readonly threadMenu: (values: { readonly title: string | number }) => string;
    readonly renameThread: string;
    readonly threadTitle: string;
    readonly pinThread: string;
    readonly unpinThread: string;
    readonly archiveThread: string;
    readonly unarchiveThread: string;
    readonly deleteThread: string;
    readonly threadDeleted: (values: { readonly title: string | number }) => string;
    readonly pinned: string;
    readonly today: string;
    readonly yesterday: string;
    readonly lastWeek: string;
    readonly lastMonth: string;
    readonly olderThreads: string;
    readonly sharedThread: string;
    readonly activeThread: string;
    readonly showThreads: string;
    readonly hideThreads: string;
    readonly moreThreads: string;
  };
}
declare module "words:actions" {
  export const text: {
    readonly regenerate: string;
    readonly previous: string;
    readonly next: string;
    readonly version: (values: { readonly at: number; readonly of: number }) => string;
    readonly remove: string;
    readonly yours: string;
    readonly cancel: string;
    readonly notDone: string;
    readonly whatGood: string;
    readonly whatBad: string;
    readonly thanks: string;
    readonly messageActions: string;
    readonly helpful: string;
    readonly unhelpful: string;
  };
}
declare module "words:diagram" {
  export const text: {
    readonly diagram: (values: { readonly kind: string | number }) => string;
    readonly diagramSource: string;
    readonly diagramFailed: string;
    readonly diagramTooLarge: string;
  };
}
declare module "words:markdown" {
  export const text: {
    readonly note: string;
    readonly tip: string;
    readonly important: string;
    readonly warning: string;
    readonly caution: string;
    readonly copyTable: string;
    readonly copyMarkdown: string;
    readonly csv: string;
    readonly saveCsv: string;
    readonly moreRows: (values: { readonly count: number; readonly left: number }) => string;
    readonly moreColumns: (values: { readonly count: number; readonly left: number }) => string;
    readonly wrapLines: string;
    readonly backToText: string;
  };
}
declare module "words:chart" {
  export const text: {
    readonly chart: string;
    readonly label: (values: { readonly rows: number }) => string;
    readonly asTable: string;
    readonly failed: (values: { readonly reason: string | number }) => string;
    readonly more: (values: { readonly count: number }) => string;
  };
}
declare module "words:table" {
  export const text: {
    readonly label: (values: { readonly rows: number }) => string;
    readonly groupBy: string;
    readonly noGroups: string;
    readonly shown: (values: { readonly all: number; readonly shown: number }) => string;
    readonly range: (values: { readonly all: number; readonly from: number; readonly to: number }) => string;
    readonly page: (values: { readonly page: number; readonly pages: number }) => string;
    readonly firstPage: string;
    readonly previousPage: string;
    readonly nextPage: string;
    readonly lastPage: string;
    readonly download: string;
    readonly reset: string;
    readonly showOnly: string;
    readonly filterBy: (values: { readonly column: string | number }) => string;
    readonly filterOn: (values: { readonly column: string | number; readonly count: number }) => string;
    readonly moreValues: (values: { readonly count: number }) => string;
    readonly selectAll: string;
    readonly selectRow: (values: { readonly row: string | number }) => string;
    readonly selected: string;
    readonly foldAll: string;
    readonly unfoldAll: string;
  };
}
declare module "words:uploads" {
  export const text: {
    readonly browse: string;
    readonly dropFile: string;
    readonly dropFiles: string;
    readonly files: string;
    readonly upload: string;
    readonly cancel: string;
    readonly remove: (values: { readonly name: string | number }) => string;
    readonly uploading: (values: { readonly name: string | number }) => string;
    readonly uploaded: (values: { readonly names: string | number }) => string;
    readonly failed: (values: { readonly name: string | number }) => string;
    readonly refused: (values: { readonly name: string | number }) => string;
    readonly tooLarge: (values: { readonly most: string | number; readonly name: string | number; readonly size: string | number }) => string;
    readonly tooLargeTogether: (values: { readonly most: string | number; readonly size: string | number }) => string;
    readonly wrongType: (values: { readonly accept: string | number; readonly name: string | number }) => string;
    readonly onlyOne: string;
    readonly noRoom: string;
  };
}
declare module "words:choices" {
  export const text: {
    readonly remove: (values: { readonly name: string | number }) => string;
    readonly nothing: string;
    readonly colorAsText: (values: { readonly name: string | number }) => string;
    readonly opacity: (values: { readonly name: string | number }) => string;
    readonly addUser: string;
    readonly moreUsers: (values: { readonly count: number }) => string;
  };
}
