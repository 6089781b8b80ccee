/** Tone and sign of the message kinds that Wave names. */
export type Tone = "info" | "success" | "warning" | "danger";

const kinds: Readonly<Record<string, readonly [tone: Tone, icon: string]>> = {
  info: ["info", "Info"],
  success: ["success", "Completed"],
  warning: ["warning", "Warning"],
  error: ["danger", "ErrorBadge"],
  danger: ["danger", "Warning"],
  blocked: ["danger", "Blocked"],
};

export const statusTone = (type: string): Tone => kinds[type]?.[0] ?? "info";
export const statusIcon = (type: string): string => kinds[type]?.[1] ?? "Info";
