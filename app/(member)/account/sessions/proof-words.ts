const WORDS: Readonly<Record<string, string>> = { pwd: 'password', pop: 'passkey', otp: 'code' };

/** How somebody proved who they are, of the values of `amr`: "password and code". Null where they say nothing. */
export function proofWords(amr: readonly string[]): string | null {
  const named = Object.entries(WORDS).flatMap(([value, word]) => (amr.includes(value) ? [word] : []));
  if (named.length === 0) return null;
  return named.length === 1 ? `${named[0]}` : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}
