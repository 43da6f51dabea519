import 'server-only';

/** What an attribute may say: a closed list, or a text of a shape so narrow that it names nobody. */
export type AttributeValues = readonly string[] | { readonly says: string; readonly shape: RegExp };

export type Metric = {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** As UCUM writes it: `s`, `By`, or `1` for a count. */
  readonly unit: 's' | 'By' | '1';
  readonly says: string;
  readonly attributes: Readonly<Record<string, AttributeValues>>;
  /** What an operator wants to be woken by. */
  readonly alarm: string | null;
};

/** Of a metric that says all with its value. */
export const NONE = {};
