import { judgeAnswers } from './answers';
import type { Evidence, Finding } from './evidence';
import { judgeRefusals } from './refusals';
import { judgeSessions } from './sessions';
import { judgeTokens } from './tokens';

/** All that went wrong in a run and that no fault of it, and no wish of its people, accounts for. */
export const judge = (evidence: Evidence): Finding[] => [
  ...judgeAnswers(evidence),
  ...judgeRefusals(evidence),
  ...judgeSessions(evidence),
  ...judgeTokens(evidence),
];
