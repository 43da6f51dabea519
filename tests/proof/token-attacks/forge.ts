import type { TokenFailure } from '@/lib/core/failures';
import type { PublicSigningJwk, SigningKey } from '@/lib/core/keys/signing-key';
import { foreignSignature, macOf } from '../../fixtures/foreign-signatures';
import { encodePart, partsOf, readPart, signCompact } from '../../fixtures/signing';

/** Stands in every text that an attacker chooses: where an answer or a log shows it, something was believed unread. */
export const MARK = 'forgedMarkZq83';

/** Every other kind of token that the issuer gives out, by kind. */
export type OtherTokens = Readonly<Record<'refresh' | 'sealed' | 'link' | 'status list', string>>;

/** What tokens are forged from: all that an attacker may hold, and, for what is validly signed and still wrong, the issuer's key. */
export type Material = {
  readonly genuine: string;
  /** The key that signed `genuine`. */
  readonly signing: SigningKey;
  readonly publicJwk: PublicSigningJwk;
  /** A key of the issuer that is published no more. */
  readonly retired: SigningKey;
  /** The `iss` and the `aud` of `genuine`. */
  readonly issuer: string;
  /** Where nobody may ever call. */
  readonly listener: string;
  /** A file that nobody may ever open. */
  readonly trap: string;
  readonly now: number;
  readonly others: OtherTokens;
};

export type Outcome = TokenFailure | 'accepted';

/** One token and what a verifier may say of it, which is one code but for where chance decides between two. */
export type Attempt = {
  readonly name: string;
  readonly token: string;
  readonly codes: readonly Outcome[];
  /** A kind of place that takes such a token, and rightly so. */
  readonly home?: string;
};

type Row = readonly [name: string, token: string | Promise<string>, ...codes: Outcome[]];

/** The attempts of these rows, in their order. */
export const attempts = (rows: readonly Row[]): Promise<Attempt[]> =>
  Promise.all(rows.map(async ([name, token, ...codes]) => ({ name, token: await token, codes })));

type Changes = Readonly<Record<string, unknown>>;
type MacAlgorithm = Parameters<typeof macOf>[3];

/** The ways in which `material` becomes a forged token. `undefined` in changes takes a member away. */
export function forgeOf(material: Material) {
  const { genuine, signing, retired } = material;
  const [headerPart, payloadPart, signaturePart] = partsOf(genuine);
  const [header, claims] = [readPart(headerPart), readPart(payloadPart)];
  return {
    ...material,
    header,
    claims,
    parts: [headerPart, payloadPart, signaturePart] as const,
    /** Another header over the old payload and signature. */
    withHeader: (changes: Changes) => `${encodePart({ ...header, ...changes })}.${payloadPart}.${signaturePart}`,
    /** Other claims under the old header and signature. */
    withClaims: (changes: Changes) => `${headerPart}.${encodePart({ ...claims, ...changes })}.${signaturePart}`,
    withSignature: (bytes: Uint8Array) => `${headerPart}.${payloadPart}.${encodePart(bytes)}`,
    /** What the issuer could sign and never does. */
    signed: (changes: Changes, headerChanges: Changes = {}) =>
      signCompact({ ...header, ...headerChanges }, { ...claims, ...changes }, signing),
    /** The same over a payload, or a header, that is written out. */
    signedText: (payload: string | Uint8Array, head: unknown = header) => signCompact(head, payload, signing),
    signedByRetired: (headerChanges: Changes) => signCompact({ ...header, ...headerChanges }, claims, retired),
    mac: (headerChanges: Changes, secret: string | Uint8Array, algorithm: MacAlgorithm = 'HS256') =>
      macOf({ ...header, alg: algorithm, ...headerChanges }, claims, secret, algorithm),
    /** By a key that no issuer has, and nobody publishes. */
    foreign: (algorithm: string, headerChanges: Changes = {}, changes: Changes = {}) =>
      foreignSignature({ ...header, alg: algorithm, ...headerChanges }, { ...claims, ...changes }, algorithm),
  };
}

export type Forge = ReturnType<typeof forgeOf>;

/** A family of attacks. Where there are no tokens, or more than tokens, `scenarios/` has what is done besides. */
export type Family = {
  readonly id: `${'A' | 'B' | 'C'}${number}`;
  /** One sentence. */
  readonly attack: string;
  readonly tokens?: (forge: Forge) => Promise<readonly Attempt[]>;
};
