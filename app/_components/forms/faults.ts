/**
 * What is wrong with a form: a sentence for the whole, sentences for fields. `attempt` grows with every answer; 0 is a
 * form that was not sent.
 */
export type Faults = {
  /** The problem code; null when only this page complained. */
  readonly code: string | null;
  readonly summary: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly attempt: number;
};

export const NO_FAULTS: Faults = { code: null, summary: null, fields: {}, attempt: 0 };
