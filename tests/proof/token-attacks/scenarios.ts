import type { Attempt, Family } from './forge';
import type { Ground } from './ground';
import { KEYS } from './scenarios/keys';
import { PLACES } from './scenarios/places';
import { SESSIONS } from './scenarios/sessions';
import { TEXTS } from './scenarios/texts';

/** What a family does besides sending its tokens everywhere. Rejects where something does not hold. */
export type Scenario = (ground: Ground, attempts: readonly Attempt[]) => Promise<void>;
export type Scenarios = Readonly<Partial<Record<Family['id'], Scenario>>>;

export const SCENARIOS: Scenarios = { ...TEXTS, ...KEYS, ...SESSIONS, ...PLACES };
