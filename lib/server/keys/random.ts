import 'server-only';
import type { RandomBytes } from '@/lib/core/encoding';

/** The production source of randomness. */
export const randomBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
