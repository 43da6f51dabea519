import { type AskedProof, proofField, WRONG_PROOF_TEXTS } from '@/app/_components/forms/asked-proof';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { problemText } from '@/app/_components/forms/problem-text';
import { PROBLEMS, type ProblemCode } from '@/lib/core/http/problem';
import type { ProofFailure } from '@/lib/server/step-up/prove';

/** The state of a form of a server action before this one: `attempt` tells its answers apart. */
type Before = { readonly faults: Faults };

/** That one field was refused. */
export const fieldFaults = ({ faults }: Before, field: string, message: string): Faults => ({
  ...NO_FAULTS,
  fields: { [field]: message },
  attempt: faults.attempt + 1,
});

/** That the whole was, in words for this form alone. */
export const formFaults = ({ faults }: Before, summary: string): Faults => ({
  ...NO_FAULTS,
  summary,
  attempt: faults.attempt + 1,
});

/** The same by its problem. `overloaded` is our trouble, told as such. */
export function problemFaults(
  { faults }: Before,
  { code, retryAfterSeconds = null }: { code: ProblemCode | 'overloaded'; retryAfterSeconds?: number | null },
): Faults {
  const problem = code === 'overloaded' ? 'service_unavailable' : code;
  const summary = problemText(problem, retryAfterSeconds, PROBLEMS[problem][1]);
  const waitSeconds = problem === 'too_many_attempts' ? retryAfterSeconds : null;
  return { code: problem, summary, fields: {}, waitSeconds, attempt: faults.attempt + 1 };
}

type ProofFault = { code: ProofFailure | 'too_many_attempts'; retryAfterSeconds?: number };

/** That a proof was not taken: a wrong password or code is said at its field. */
export function proofFaults(before: Before, reason: ProofFault, asked: AskedProof): Faults {
  switch (reason.code) {
    case 'invalid_credentials':
    case 'invalid_code':
      return fieldFaults(before, proofField(asked), WRONG_PROOF_TEXTS[asked]);
    default:
      return problemFaults(before, { ...reason, code: reason.code });
  }
}
