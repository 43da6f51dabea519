import 'server-only';
import { createHmac, hash } from 'node:crypto';
import { type Context, createContextKey, TraceFlags, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-node';
import type { Env } from '@/lib/server/config/env';

/** Marks the span that a request begins with: its parent is whoever asked, and that may be anybody. */
export const ENTRY = createContextKey('handstamp: a request comes in');

const DECISIONS: Record<'in' | 'out', SamplingResult> = {
  in: { decision: SamplingDecision.RECORD_AND_SAMPLED },
  out: { decision: SamplingDecision.NOT_RECORD },
};
/** Names of spans of ours. */
const OURS = /^auth\./;
const ALL_VALUES = 2 ** 32;

/**
 * Decides once for each trace, where a request comes in, and everything below follows. A caller's own decision counts only
 * where the operator says so: whoever is on the internet could otherwise have every request of theirs recorded. Nor can
 * they choose a trace id that is in: its share is taken of a keyed hash, the same on every instance, so that a request
 * and what it makes the server ask itself are decided alike. What begins without a request is taken where it is work of
 * ours: Next loads a hundred modules at its start, each a trace of its own.
 */
export class EntrySampler implements Sampler {
  readonly #share: number;
  readonly #followsCallers: boolean;
  readonly #salt: string;

  /**
   * @param share Of all traces: 0 none, 1 all.
   * @param followsCallers True: the flag of a caller's `traceparent` decides, where there is one.
   * @param salt Secret, and the same on every instance.
   */
  constructor(share: number, followsCallers: boolean, salt: Uint8Array) {
    this.#share = share;
    this.#followsCallers = followsCallers;
    this.#salt = Buffer.from(salt).toString('hex');
  }

  /** Whether a request that comes in below `caller`, whoever that is, is recorded: what `shouldSample` says of its span. */
  takes(traceId: string, caller: { readonly isSampled: boolean } | null): boolean {
    return caller !== null && this.#followsCallers ? caller.isSampled : this.#isInShare(traceId);
  }

  shouldSample(context: Context, traceId: string, name: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const isSampled = parent !== undefined && (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    if (context.getValue(ENTRY) === true) {
      return DECISIONS[this.takes(traceId, parent === undefined ? null : { isSampled }) ? 'in' : 'out'];
    }
    if (parent !== undefined) return DECISIONS[isSampled ? 'in' : 'out'];
    return DECISIONS[OURS.test(name) && this.#isInShare(traceId) ? 'in' : 'out'];
  }

  toString(): string {
    return `EntrySampler{${this.#share}}`;
  }

  #isInShare(traceId: string): boolean {
    if (this.#share <= 0) return false;
    if (this.#share >= 1) return true;
    // Not an HMAC, which takes seven times as long: both parts have a fixed length, and one bit comes out.
    return hash('sha256', this.#salt + traceId, 'buffer').readUInt32BE() < this.#share * ALL_VALUES;
  }
}

/** The sampler that the settings ask for: 1 % of all traces unless they say otherwise. */
export function samplerOf({ tracesSampler, tracesSamplerArg, authSecrets }: Env): EntrySampler {
  const name = tracesSampler ?? 'traceidratio';
  const share = name.endsWith('always_on') ? 1 : name.endsWith('always_off') ? 0 : tracesSamplerArg;
  const [secret] = authSecrets;
  if (secret === undefined) throw new Error('AUTH_SECRET has no entry');
  const salt = createHmac('sha256', secret).update('handstamp/trace-sampling/v1').digest();
  return new EntrySampler(share, name.startsWith('parentbased_'), salt);
}
