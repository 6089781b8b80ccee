/** Words of the prompt box's further parts, loaded with them. */
const size = (bytes: number): string => {
  const [unit, value] = bytes >= 1e6 ? (["megabyte", bytes / 1e6] as const) : (["kilobyte", bytes / 1e3] as const);
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);
};

export const words = {
  size,
  attach: "Attach files",
  attachments: "Attachments",
  dropHere: "Drop files here to attach them",
  removeFile: (name: string) => `Remove ${name}`,
  cancelFile: (name: string) => `Cancel the upload of ${name}`,
  retryFile: (name: string) => `Upload ${name} again`,
  uploading: (name: string) => `Uploading ${name}`,
  uploadWaiting: "Waiting",
  uploadFailed: "Not uploaded",
  uploadAgain: "Trying again…",
  fileGone: "No longer kept; attach it again",
  fileUnfinished: "Was not uploaded; attach it again",
  intoBox: "Show as text",
  pastedName: (count: number) => `Pasted text ${String(count)}.txt`,
  waitForUploads: "This can be sent when the files are uploaded.",
  removeFailed: "Remove the files that were not uploaded, or upload them again, to send this.",
  tooManyFiles: (most: number, left: number) =>
    `At most ${String(most)} files can be attached at once. ${left === 1 ? "One was" : `${String(left)} were`} left out.`,
  fileTooLarge: (name: string, bytes: number, most: number) => `“${name}” is ${size(bytes)}. Files of up to ${size(most)} can be attached.`,
  fileWrongType: (name: string, accept: string) => `“${name}” cannot be attached here. You can attach ${accept}.`,
  fileIsFolder: (name: string) => `“${name}” is a folder. Attach the files in it instead.`,
  noRoom: "There is no room for more files right now. Remove some, or try again later.",
  images: "images",
  sounds: "sound",
  videos: "videos",
  texts: "text files",
  commands: "Commands",
  mentions: "Mentions",
  found: (count: number) => (count === 1 ? "1 entry" : `${String(count)} entries`),
  speak: "Speak",
  stopSpeaking: "Stop listening",
  listening: "Listening…",
  microphoneDenied: "The browser may not use the microphone. Allow it in the address bar.",
  speechFailed: "Nothing was understood. Try again, or type.",
};
