/** A share from 0 to 1 in percent; what is beyond is full or empty. */
export const percent = (share: unknown): number => (typeof share === "number" && share > 0 ? Math.round(Math.min(1, share) * 1000) / 10 : 0);
