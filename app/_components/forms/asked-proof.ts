/** What a form can ask for in one field, to prove who somebody is. */
export type AskedProof = 'totp' | 'recovery' | 'password';

/** What proves a person, as the server names it; the last two are typed into no field of this kind. */
type Method = AskedProof | 'passkey' | 'mail';

/** What somebody is asked for, and what they may choose in its place. */
export type ProofChoice = {
  /** Null when nothing that proves them can be typed. */
  readonly asked: AskedProof | null;
  readonly other: 'totp' | 'recovery' | null;
  /** A passkey would do as well. */
  readonly hasPasskey: boolean;
};

/** The best of `methods` that can be typed, or a recovery code where somebody chose it and has one left. */
export function proofChoice(methods: readonly Method[], choseRecovery: boolean): ProofChoice {
  const hasApp = methods.includes('totp');
  const hasPasskey = methods.includes('passkey');
  if (methods.includes('recovery') && (choseRecovery || !hasApp)) {
    return { asked: 'recovery', other: hasApp ? 'totp' : null, hasPasskey };
  }
  if (hasApp) return { asked: 'totp', other: methods.includes('recovery') ? 'recovery' : null, hasPasskey };
  return { asked: methods.includes('password') ? 'password' : null, other: null, hasPasskey };
}

/** What a form says about such a field that was left empty. */
export const EMPTY_PROOF_TEXTS = {
  totp: 'Enter the six digits that your app shows',
  recovery: 'Enter one of your recovery codes: 24 letters and digits',
  password: 'Enter your password',
} as const satisfies Record<AskedProof, string>;

/** What it says about a proof that was not taken. */
export const WRONG_PROOF_TEXTS = {
  totp: 'This code is not right, or was used. Wait for the next one',
  recovery: 'This recovery code is not right, or was used',
  password: 'This is not your password',
} as const satisfies Record<AskedProof, string>;

/** The name of the field, which the server reads. */
export const proofField = (asked: AskedProof): 'code' | 'password' => (asked === 'password' ? 'password' : 'code');
