import 'server-only';

/** What somebody has to do at a moment of the end. */
type Step = () => unknown;
type Ending = { isUnderWay: boolean; readonly hurrying: Map<string, Step>; readonly tidying: Map<string, Step> };

/** One for all bundles of the server: each route has its own. */
const shared = globalThis as typeof globalThis & { handstampEnding?: Ending };
function ending(): Ending {
  shared.handstampEnding ??= { isUnderWay: false, hurrying: new Map(), tidying: new Map() };
  return shared.handstampEnding;
}

/** True once this process was told to end. It answers what comes, and is ready for nothing new. */
export const isEnding = (): boolean => ending().isUnderWay;

/** From now on `isEnding` is true. */
export function beginEnding(): void {
  ending().isUnderWay = true;
}

/**
 * Has `step` run when a few seconds are left to requests, for what lets them wait longer than that. A second step of the
 * same name takes the place of the first.
 */
export function whenTimeIsShort(name: string, step: Step): void {
  ending().hurrying.set(name, step);
}

/**
 * Has `step` run, and waited for, once the last request is answered and while the database can still be asked: background
 * work ends here, and exporters send what they hold. All steps together have a second. A second step of the same name
 * takes the place of the first.
 */
export function afterLastRequest(name: string, step: Step): void {
  ending().tidying.set(name, step);
}

/** Runs the steps of `whenTimeIsShort`. */
export function hurry(): void {
  for (const step of ending().hurrying.values()) step();
}

/** Runs the steps of `afterLastRequest` beside each other. Never rejects: one that fails holds up nobody. */
export async function tidyUp(): Promise<void> {
  await Promise.allSettled([...ending().tidying.values()].map(async (step) => step()));
}
