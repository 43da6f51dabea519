import 'server-only';
import { equalBytes, type RandomBytes, utf8 } from '@/lib/core/encoding';

/** What a typed code looks like. */
export const CODE_SHAPE = /^\d{6}$/;

/** As long as a code, and never equal to one that a person can type: the mail said that there is an account already. */
export const NO_CODE = '------';

/** The same, where the address is kept for somebody who changed it lately. */
export const HELD_CODE = '~~~~~~';

/** The same, where no mail went out: its mailbox had had its share. */
export const UNSENT_CODE = '......';

const CODES = 1_000_000;
/** The largest multiple of `CODES` below 2^32: above it, a remainder would favour small codes. */
const FAIR_LIMIT = Math.floor(2 ** 32 / CODES) * CODES;

/** Six random digits, each code equally likely. */
export function newCode(random: RandomBytes): string {
  for (;;) {
    const number = new DataView(random(4).buffer).getUint32(0);
    if (number < FAIR_LIMIT) return String(number % CODES).padStart(6, '0');
  }
}

/** Equality that takes the same time wherever the difference is. */
export const isSameCode = (typed: string, expected: string): boolean => equalBytes(utf8(typed), utf8(expected));
