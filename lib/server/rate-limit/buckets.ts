import 'server-only';
import { createHmac } from 'node:crypto';
import { countedMailbox, domainOf } from '@/lib/core/counted-mailbox';
import { normalizeEmail } from '@/lib/core/email';
import { networkOf, networkPrefixOf } from '@/lib/core/http/network-address';
import { limiterKey } from '@/lib/server/keys/data-keys';
import type { LimitPolicy } from './limits';

/** One thing that attempts are counted for. The key says nothing to a reader of the database. */
export type Bucket = { readonly key: string; readonly policy: LimitPolicy };

/** Passwords tried for one address in browsers that it does not know, whether it has an account or not. */
export const accountBucket = async (email: string): Promise<Bucket> => bucket('account', spelling(email));

/** The same by programs that bring nothing but the password. */
export const programBucket = async (email: string): Promise<Bucket> => bucket('program', spelling(email));

/** Passwords tried by one known device, or by one program with a client secret: strangers cannot make its owner wait. */
export const deviceBucket = async (email: string, deviceId: string): Promise<Bucket> =>
  bucket('device', `${spelling(email)} ${deviceId}`);

/** Second steps that were tried for one person, by all strangers together or by one known device. */
export const factorBucket = async (userId: string, deviceId: string | null): Promise<Bucket> =>
  deviceId === null ? bucket('factor', userId) : bucket('factorDevice', `${userId} ${deviceId}`);

/** Codes that were mailed to one person because their password was right. */
export const signInCodeBucket = async (userId: string): Promise<Bucket> => bucket('signInCode', userId);

/** Warnings to one person about second steps that failed. */
export const noticeBucket = async (userId: string): Promise<Bucket> => bucket('notice', userId);

/** Mailed codes tried for one address, after the first try of each sign-up. */
export const codeBucket = async (email: string): Promise<Bucket> => bucket('code', spelling(email));

/** Mails that strangers can cause to one mailbox, with every tag and dot. */
export const mailboxBucket = async (email: string): Promise<Bucket> => bucket('mail', countedMailbox(spelling(email)));

/** Links to a new password that anybody can have sent to one mailbox, with every tag and dot. */
export const resetBucket = async (email: string): Promise<Bucket> => bucket('reset', countedMailbox(spelling(email)));

/** Changes of address that one person asks for: each sends a mail to the address before. */
export const emailChangeBucket = async (userId: string): Promise<Bucket> => bucket('emailChange', userId);

/** Downloads of all that is kept of one person. */
export const exportBucket = async (userId: string): Promise<Bucket> => bucket('export', userId);

/** All mails that strangers can cause. */
export const allMailBucket = async (): Promise<Bucket> => bucket('mailTotal', '');

/** Such mails that one network causes to the domain of an address; null where no network is known. */
export const mailDomainBucket = async (email: string, ip: string | null): Promise<Bucket | null> =>
  ip === null ? null : bucket('mailDomain', `${domainOf(spelling(email))} ${networkPrefixOf(ip)}`);

/**
 * What is counted for a network: an IPv4 address, or the /64 and the /48 of an IPv6 one, because a subscriber may hold
 * either. Empty where no network is known: then there is no such limit.
 */
export async function networkBuckets(ip: string | null): Promise<Bucket[]> {
  if (ip === null) return [];
  const narrow = await bucket('address', networkOf(ip));
  return ip.includes(':') ? [narrow, await bucket('addressWide', networkPrefixOf(ip))] : [narrow];
}

/** Accounts at which one network failed. Null where no network is known. */
export const sprayBucket = async (ip: string | null): Promise<Bucket | null> =>
  ip === null ? null : bucket('spray', networkPrefixOrAddress(ip));

/** That one network failed at one account. */
export const triedBucket = async (ip: string, email: string): Promise<Bucket> =>
  bucket('tried', `${networkPrefixOrAddress(ip)} ${spelling(email)}`);

/** Whoever sprays with IPv6 has a /48 as easily as a /64. */
const networkPrefixOrAddress = (ip: string): string => (ip.includes(':') ? networkPrefixOf(ip) : networkOf(ip));

const spelling = (email: string): string => normalizeEmail(email) ?? email;

/** HMAC: people type passwords into e-mail fields, and a list of addresses must not be readable from the table. */
async function bucket(policy: LimitPolicy, value: string): Promise<Bucket> {
  const mac = createHmac('sha256', await limiterKey())
    .update(`${policy} ${value}`)
    .digest('base64url');
  return { key: `${policy}:${mac}`, policy };
}
