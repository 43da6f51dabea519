import 'server-only';

/** With seconds and a zone, because sessions end by it that should not, if it is read otherwise than it was meant. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A moment such as `2026-11-27T08:00:00Z`; null for any other text. */
export function readMoment(text: string): Date | null {
  const at = new Date(MOMENT.test(text) ? text : Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}
