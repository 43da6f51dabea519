import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';

// Words that several mails have in common.

export const NOTHING_OR_UNDO =
  'If it was you, there is nothing to do. If it was not, say so here, for three days from now: the password is taken away, second factors that were added since are removed, every device is signed out, and you get a link to a new one.';

/** Such as "with Firefox on Linux". */
export const onDevice = (device: string | null): string =>
  device === null ? 'with a device that we do not know' : `with ${oneLine(device)}`;

/** A device name comes from a header that strangers can write. */
export const oneLine = (text: string): string => text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 80);

const instantFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Such as "23 November 2026 at 14:05 UTC": a mail does not know where it is read. */
export const formatInstant = (at: EpochSeconds): string => `${instantFormat.format(at * 1000)} UTC`;
