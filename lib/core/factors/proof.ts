/** What proves a person, once. A recovery code is no factor: it stands in for one. */
export type ProofKind = 'password' | 'totp' | 'recovery' | 'passkey';

/**
 * What `amr` says of each (RFC 8176 §2). `pop` and neither `hwk` nor `swk`: without attestation nobody knows where a passkey
 * keeps its key. A passkey is two factors by itself, because it has verified its person.
 */
const METHODS: Readonly<Record<ProofKind, readonly string[]>> = {
  password: ['pwd'],
  totp: ['otp', 'mfa'],
  recovery: ['otp', 'mfa'],
  passkey: ['pop', 'mfa'],
};

/** `amr` of a session that these proofs begin, or what they add to that of one. */
export const amrOf = (...proofs: readonly ProofKind[]): string[] => [
  ...new Set(proofs.flatMap((proof) => METHODS[proof])),
];
