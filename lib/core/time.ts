/** Seconds since 1970-01-01T00:00:00Z (RFC 7519 NumericDate). May carry a fraction where the database gave one. */
export type EpochSeconds = number;

export const seconds = (n: number): number => n;
export const minutes = (n: number): number => n * 60;
export const hours = (n: number): number => n * 3600;
export const days = (n: number): number => n * 86_400;

/** ISO 8601 in UTC, as every time in an answer's body is written. */
export const toIso = (at: EpochSeconds): string => new Date(at * 1000).toISOString();

/** Epoch seconds of a `Date`, with its milliseconds as the fraction. */
export const fromDate = (date: Date): EpochSeconds => date.getTime() / 1000;
