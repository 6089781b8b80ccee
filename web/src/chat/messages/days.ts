/** Names of days, such as Today. Times are milliseconds since the epoch. */

import { day } from "../../i18n/format";
import { locale } from "../../i18n/locale";

const DAY_MS = 86_400_000;

const midnightOf = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** How long today still takes, and a little more. */
export const untilMidnight = (now = Date.now()): number => new Date(now).setHours(24, 0, 1, 0) - now;

/** Whether two times are of one day. */
export const sameDay = (one: number, other: number): boolean => midnightOf(one) === midnightOf(other);

/** What to call a day, seen from another one: `Today`, `Yesterday`, `Monday, 3 March`. */
export function dayOf(time: number, now: number, language = locale()): string {
  // Rounded, for the days on which clocks are changed.
  const days = Math.round((midnightOf(time) - midnightOf(now)) / DAY_MS);
  if (days === 0 || days === -1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
  }
  return day(time, new Date(time).getFullYear() !== new Date(now).getFullYear(), language);
}
