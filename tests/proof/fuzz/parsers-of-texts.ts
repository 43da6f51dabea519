import fc from 'fast-check';
import { countedMailbox, domainOf } from '@/lib/core/counted-mailbox';
import { normalizeEmail } from '@/lib/core/email';
import { concatBytes, equalBytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@/lib/core/encoding';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { hashRecoveryCode, newRecoveryCode, readRecoveryCode } from '@/lib/core/factors/recovery-code';
import { hidesCharacters, isVisible } from '@/lib/core/invisible';
import { hasDuplicateMember, isRecord, parseJsonObject } from '@/lib/core/json';
import { isMailSender } from '@/lib/core/mail-sender';
import { checkPasswordForm, contextWords, essenceOf, MAX_PASSWORD_LENGTH } from '@/lib/core/passwords/password-policy';
import { MAX_NAME_LENGTH, readPersonName } from '@/lib/core/person-name';
import { readTypedCode } from '@/lib/core/typed-code';
import { asyncParser, type Parser, parser } from './parser';
import { anyBytes, anyText, longText, nearlyOrAny } from './texts';

const email = fc.emailAddress();
const byteLength = (text: string) => utf8(text).length;
const codePoints = (text: string) => [...text].length;
const zero = (length: number) => new Uint8Array(length);

/** Addresses, names, codes and passwords, as people type them. */
export const PARSERS_OF_TEXTS: readonly Parser[] = [
  parser(['core/email.ts normalizeEmail'], nearlyOrAny(email), (text) => {
    const known = normalizeEmail(text);
    if (known === null) return true;
    return normalizeEmail(known) === known && byteLength(known) <= 254 && /^[a-z0-9.-]+$/.test(domainOf(known));
  }),
  parser(['core/counted-mailbox.ts countedMailbox', 'core/counted-mailbox.ts domainOf'], nearlyOrAny(email), (text) => {
    const known = normalizeEmail(text);
    if (known === null) return true;
    const counted = countedMailbox(known);
    return countedMailbox(counted) === counted && domainOf(counted) === domainOf(known);
  }),
  parser(
    ['core/mail-sender.ts isMailSender'],
    nearlyOrAny(fc.tuple(fc.string({ maxLength: 9 }), email).map(([name, address]) => `${name} <${address}>`)),
    (text) => !isMailSender(text) || (!/[\r\n\0]/.test(text) && text.split('@').length >= 2),
  ),
  parser(['core/person-name.ts readPersonName'], longText, (text) => {
    const read = readPersonName(text);
    if (!read.ok || read.value === null) return true;
    const again = readPersonName(read.value);
    return again.ok && again.value === read.value && codePoints(read.value) <= MAX_NAME_LENGTH && isVisible(read.value);
  }),
  parser(['core/invisible.ts hidesCharacters', 'core/invisible.ts isVisible'], longText, (text) => {
    const isHidden = hidesCharacters(text);
    return (
      isHidden === [...text].some((letter) => hidesCharacters(letter)) && (isVisible(text) || !isVisible(text.trim()))
    );
  }),
  parser(['core/typed-code.ts readTypedCode'], nearlyOrAny(fc.integer({ max: 999_999 }).map(String)), (text) => {
    const code = readTypedCode(text);
    return readTypedCode(code) === code && !/(?![0-9])\p{Nd}/u.test(code);
  }),
  parser(
    ['core/factors/factor-code.ts readFactorCode', 'core/factors/recovery-code.ts readRecoveryCode'],
    nearlyOrAny(
      fc.uint8Array({ minLength: 15, maxLength: 15 }).map((bytes) => newRecoveryCode(() => new Uint8Array(bytes))),
    ),
    (text) => {
      const [code, plain] = [readFactorCode(text), readRecoveryCode(text)];
      if (plain !== null && readRecoveryCode(plain) !== plain) return false;
      return code === null || (code.kind === 'totp' ? /^\d{6}$/.test(code.digits) : code.plain === plain);
    },
  ),
  parser(
    ['core/factors/recovery-code.ts newRecoveryCode'],
    fc.uint8Array({ minLength: 15, maxLength: 15 }),
    (bytes) => {
      const shown = newRecoveryCode(() => new Uint8Array(bytes));
      return readRecoveryCode(shown.toLowerCase()) === shown.replaceAll('-', '');
    },
  ),
  asyncParser(
    ['core/factors/recovery-code.ts hashRecoveryCode'],
    fc.tuple(anyText, anyText),
    async ([userId, plain]) => (await hashRecoveryCode(userId, plain)).length === 32,
    0.2,
  ),
  parser(['core/passwords/password-policy.ts checkPasswordForm'], longText, (text) => {
    const checked = checkPasswordForm(text, 12);
    const length = codePoints(text.normalize('NFC'));
    return checked.ok === false || (length >= 12 && length <= MAX_PASSWORD_LENGTH);
  }),
  parser(
    ['core/passwords/password-policy.ts essenceOf', 'core/passwords/password-policy.ts contextWords'],
    fc.tuple(longText, anyText, anyText),
    ([password, address, name]) => {
      const words = contextWords({ siteName: 'Handstamp', email: address, name });
      return (
        typeof essenceOf(password) === 'string' &&
        words.every((word) => word.length >= 4 && word === word.toLowerCase())
      );
    },
  ),
];

const json = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), { maxKeys: 5 });

/** Bytes, base64url and JSON. */
export const PARSERS_OF_ENCODINGS: readonly Parser[] = [
  parser(['core/encoding.ts toBase64Url', 'core/encoding.ts fromBase64Url'], anyBytes, (bytes) => {
    const text = toBase64Url(bytes);
    return text === Buffer.from(bytes).toString('base64url') && equalBytes(fromBase64Url(text) ?? zero(1), bytes);
  }),
  parser(['core/encoding.ts fromBase64Url'], nearlyOrAny(anyBytes.map(toBase64Url)), (text) => {
    const bytes = fromBase64Url(text);
    return bytes === null || toBase64Url(bytes) === text;
  }),
  parser(
    ['core/encoding.ts fromUtf8', 'core/encoding.ts concatBytes', 'core/encoding.ts equalBytes'],
    anyBytes,
    (bytes) => {
      const text = fromUtf8(bytes);
      return (text === null || equalBytes(utf8(text), bytes)) && equalBytes(concatBytes(bytes, zero(0)), bytes);
    },
  ),
  parser(['core/encoding.ts utf8'], longText, (text) => fromUtf8(utf8(text)) === Buffer.from(text).toString()),
  parser(['core/json.ts parseJsonObject', 'core/json.ts isRecord'], json, (value) => {
    const parsed = parseJsonObject(utf8(JSON.stringify(value)));
    return isRecord(parsed) && JSON.stringify(parsed) === JSON.stringify(JSON.parse(JSON.stringify(value)));
  }),
  parser(['core/json.ts parseJsonObject'], nearlyOrAny(json.map((value) => JSON.stringify(value))), (text) => {
    const parsed = parseJsonObject(utf8(text));
    return parsed === null || (isRecord(parsed) && !hasDuplicateMember(text));
  }),
  parser(['core/json.ts hasDuplicateMember'], fc.tuple(fc.string(), json, fc.nat(3)), ([name, value, depth]) => {
    const inner = JSON.stringify(value);
    const member = JSON.stringify(name);
    const twice = `{${member}:${inner},${member}:${inner}}`;
    const nested = `${'['.repeat(depth)}${twice}${']'.repeat(depth)}`;
    return hasDuplicateMember(nested) && !hasDuplicateMember(inner) && parseJsonObject(utf8(twice)) === null;
  }),
];
