// A program: replays the traces of a file against the code as this process loaded it, mutated or not, until one
// differs, and prints what was found. Run by real-mutants.ts.
import { readFile } from 'node:fs/promises';
import { closeDatabase } from '@/lib/server/database/client';
import { makePeople, severalAtOnce } from './pool';
import type { ServerStep } from './projection';
import { replay } from './trace';

/** What it prints. */
export type Found = { readonly replayed: number; readonly difference: string | null };

const traces: readonly (readonly ServerStep[])[] = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const people = await makePeople(traces.length);
const found: { replayed: number; difference: string | null } = { replayed: 0, difference: null };
await severalAtOnce(traces, 8, async (trace, at) => {
  const difference = await replay(people[at] ?? '', trace);
  found.replayed += 1;
  found.difference ??= difference;
  return found.difference === null;
});
console.log(JSON.stringify(found satisfies Found));
await closeDatabase();
