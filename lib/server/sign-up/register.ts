import 'server-only';
import { newId } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { seal } from '@/lib/core/token/sealed-token';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { HELD_CODE, NO_CODE, newCode, UNSENT_CODE } from '@/lib/server/ceremonies/one-time-code';
import { env } from '@/lib/server/config/env';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { addressInUse } from '@/lib/server/mail/account-messages';
import { queueMail } from '@/lib/server/mail/outbox';
import { alreadyRegistered, signUpCode } from '@/lib/server/mail/sign-up-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { HashPlace } from '@/lib/server/passwords/hash-pool';
import { hashPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { allMailBucket, mailboxBucket, mailDomainBucket, networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { newSealedIdentity } from '@/lib/server/sessions/sealed-identity';
import { type AddressOwner, findAddressOwner } from '@/lib/server/users/user-store';

export type Registration = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
  readonly facts: RequestFacts;
};

/** `knownUserId`: whose address it is already. For the audit log, and for nothing that the visitor could see or time. */
export type Begun = { readonly sealed: string; readonly knownUserId: string | null };

/**
 * Begins a sign-up: a code goes by mail, the rest waits in the sealed token returned, for the browser to hold. A known
 * address gets the same work, an equally long token that no code opens, and a mail that says so to its owner only. So does
 * an address that got its share of mails already, and no mail: a stranger who asks for an hour must not shut its owner out
 * with an error. No user exists before the code comes back.
 *
 * The hash waits behind every login. It is not put off until the code is there: then the password would have to be kept.
 */
export async function register(registration: Registration): Promise<Result<Begun, 'overloaded'> | Blocked> {
  const { email, facts } = registration;
  const [network] = await networkBuckets(facts.ip);
  const claim = { lane: 'sign_up', account: email, network: network?.key ?? null } as const;
  const begun = await withHashPlace(claim, (place) => begin(registration, place));
  if (!begun.ok) countOutcome(begun.code === 'overloaded' ? 'signUpOverloaded' : 'signUpBlocked');
  return begun;
}

async function begin(registration: Registration, place: HashPlace): Promise<Result<Begun, 'overloaded'> | Blocked> {
  const { email, password, facts } = registration;
  const visitors = [...(await networkBuckets(facts.ip)), await mailDomainBucket(email, facts.ip)];
  const counted = await countAttempt(visitors);
  if (!counted.ok) return counted;
  return orGiveBack(visitors, async () => {
    const owner = await findAddressOwner(email);
    const hashed = await hashPassword(password, place);
    if (hashed.ok) return prepare(registration, owner, hashed.value);
    await takeBack(visitors);
    return hashed;
  });
}

async function prepare(
  { email, name }: Registration,
  owner: AddressOwner | null,
  passwordHash: string,
): Promise<Result<Begun, 'overloaded'>> {
  const mails = [await mailboxBucket(email), await allMailBucket()] as const;
  const isMailed = (await countAttempt([mails[0]])).ok;
  // What all strangers together may send says nothing about this address: it is a limit of ours, and told as one.
  if (isMailed && !(await countAttempt([mails[1]])).ok) {
    await takeBack([mails[0]]);
    return fail('overloaded');
  }
  const code = newCode(randomBytes);
  const jti = newId(randomBytes);
  const exp = await orGiveBack(isMailed ? mails : [], async () => {
    const exp = await createCeremony(jti, 'sign-up', CEREMONY_SECONDS);
    if (isMailed) await queueMail(email, owner === null ? signUpCode(code, exp) : noteToOwner(owner));
    return exp;
  });
  const data = { email, name, passwordHash, code: sealedCode(code, isMailed, owner) };
  const { current } = await sealKeys();
  countOutcome(isMailed ? 'signUpBegun' : 'signUpSilent');
  const sealed = await seal('sign-up', { jti, exp, data: { ...data, session: newSealedIdentity() } }, current);
  return succeed({ sealed, knownUserId: owner?.userId ?? null });
}

const noteToOwner = ({ isHeld }: AddressOwner) => (isHeld ? addressInUse() : alreadyRegistered(env().appOrigin));

/** The code as the ceremony holds it: one that opens something only where it was mailed, or guesses at it would cost nothing. */
function sealedCode(code: string, isMailed: boolean, owner: AddressOwner | null): string {
  if (!isMailed) return UNSENT_CODE;
  if (owner === null) return code;
  return owner.isHeld ? HELD_CODE : NO_CODE;
}
