/** What the form says about a code that cannot be one. */
export const CODE_TEXTS = { code: 'Enter the six digits from the mail' } as const;
