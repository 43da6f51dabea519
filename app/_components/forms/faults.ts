/**
 * What is wrong with a form: a sentence for the whole, sentences for fields. `attempt` grows with every answer; 0 is a
 * form that was not sent.
 */
export type Faults = {
  /** The problem code; null when only this page complained. */
  readonly code: string | null;
  readonly summary: string | null;
  readonly fields: Readonly<Record<string, string>>;
  /** How long to wait before the next attempt; null where waiting is not the point. */
  readonly waitSeconds: number | null;
  readonly attempt: number;
};

/** The same without the fault of `field`: it is being corrected. */
export function withoutFault(faults: Faults, field: string): Faults {
  if (!Object.hasOwn(faults.fields, field)) return faults;
  const { [field]: _corrected, ...fields } = faults.fields;
  return { ...faults, fields };
}

export const NO_FAULTS: Faults = { code: null, summary: null, fields: {}, waitSeconds: null, attempt: 0 };
