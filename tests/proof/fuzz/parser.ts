import fc from 'fast-check';
import { isWhole } from '@/tests/support/proof';

/** Inputs that each parser is given: `FC_RUNS`, or what the promises say below `npm run prove`. */
export const RUNS = Number(process.env['FC_RUNS'] ?? (isWhole ? 100_000 : 60));

/** Where the inputs come from: `FC_SEED` makes them the same once more. */
export const SEED = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** No single input may take longer, in seconds of this process on a processor: a machine that is busy does not count. */
export const MAX_SECONDS = 1;

/** Something that reads what came from outside, and what is always true of it. */
export type Parser = {
  /** The functions that it proves, as `<file below the ring> <name>`. */
  readonly proves: readonly string[];
  /** Tries `runs` inputs; says what was wrong with the smallest that failed, or null. */
  readonly tried: (runs: number) => Promise<string | null>;
  /** Of all runs, how many are asked of it: what computes a signature or a hash for each cannot have as many. */
  readonly share: number;
};

/**
 * A parser with its inputs and its law: `holds` of every input, without throwing. `share` of the runs are made.
 *
 * @param proves Such as `core/email.ts normalizeEmail`.
 */
export function parser<Input>(
  proves: readonly string[],
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => boolean,
  share = 1,
): Parser {
  const timed = (input: Input): boolean => {
    const before = process.cpuUsage();
    const held = holds(input);
    refuseSlow(before);
    return held;
  };
  return { proves, share, tried: async (runs) => faultOf(fc.check(fc.property(inputs, timed), settings(runs))) };
}

/** As `parser`, for what computes signatures and hashes, or reads streams. */
export function asyncParser<Input>(
  proves: readonly string[],
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => Promise<boolean>,
  share = 1,
): Parser {
  const timed = async (input: Input): Promise<boolean> => {
    const before = process.cpuUsage();
    const held = await holds(input);
    refuseSlow(before);
    return held;
  };
  const tried = async (runs: number) => faultOf(await fc.check(fc.asyncProperty(inputs, timed), settings(runs)));
  return { proves, share, tried };
}

const settings = (numRuns: number) => ({ numRuns, seed: SEED });

const faultOf = <Inputs>(details: fc.RunDetails<Inputs>): string | null =>
  details.failed ? (fc.defaultReportMessage(details) ?? 'failed') : null;

function refuseSlow(before: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(before);
  if (user + system > MAX_SECONDS * 1_000_000) throw new Error(`This took ${(user + system) / 1_000_000} s`);
}
