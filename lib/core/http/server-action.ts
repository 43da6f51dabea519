/** Next's ids have 42 digits; a few more or less would still be one. */
const ACTION_ID = /^[0-9a-f]{32,80}$/;

/**
 * True for a request that Next may run a server action for: by name, or from a plain form, which sends its name in the
 * body.
 */
export const mayBeAction = (method: string, headers: Headers): boolean =>
  method === 'POST' &&
  (headers.has('next-action') || headers.get('content-type')?.startsWith('multipart/form-data') === true);

/**
 * True when a `Next-Action` header is absent or may be the id of a server action. Next writes an id that it does not know
 * into its log as it came, and what came may be a secret in the wrong place.
 */
export const mayNameAction = (header: string | null): boolean => header === null || ACTION_ID.test(header);
