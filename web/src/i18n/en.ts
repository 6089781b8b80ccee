import { area } from "./area";

/**
 * What the interface itself says on any page. Parts that are loaded late have their own words, in files beside this
 * one; apps bring theirs in their cards.
 */
export const text = area("page", {
  assistant: "Assistant",
  you: "You",
  conversation: "Conversation",
  prompt: "Type your message",
  send: "Send",
  stop: "Stop generating",
  answering: (stoppable: boolean) =>
    `An answer is being written. Your text stays here: send it when the answer is complete${stoppable ? ", or press Stop first" : ""}.`,
  stopUnavailable: "This answer cannot be stopped here",
  suggestions: "Suggestions",
  newMessages: "New messages",
  newCount: (count: number) => (count === 1 ? "1 new message" : `${String(count)} new messages`),
  unread: "New",
  toLatest: "Go to the latest message",
  earlier: "Load earlier messages",
  loadingEarlier: "Loading earlier messages",
  messageActions: "Message actions",
  copy: "Copy",
  copied: "Copied",
  wrapLines: "Wrap",
  backToText: "Back to the text",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  notSent: "Not sent.",
  stopped: "Stopped",
  retry: "Retry",
  edit: "Edit",
  skip: "Skip to content",
  connecting: "Connecting…",
  blocked: "This page cannot connect. A proxy or a filter between it and the server may block WebSockets.",
  reconnecting: "Reconnecting… What you type is kept.",
  silent: "No connection. What you type is kept.",
  retryNow: "Retry now",
  replaced: "This page is open in another tab.",
  useHere: "Use here",
  reload: "Reload",
  dismiss: "Dismiss",
  commands: "More actions",
  page: "Page",
  unsupported: (view: string) => `This version cannot show “${view}”.`,
  loadFailed: "This part could not be loaded.",
  taskDone: "done",
  taskOpen: "to do",
  loadImage: (description: string, host: string) =>
    description === "" ? `Load image from ${host}` : `Load image “${description}” from ${host}`,
});
