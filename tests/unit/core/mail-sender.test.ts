import { expect, test } from 'vitest';
import { isMailSender } from '@/lib/core/mail-sender';

test.each([
  'no-reply@example.com',
  'Handstamp <no-reply@example.com>',
  'Handstamp<no-reply@example.com>',
  '<no-reply@example.com>',
  '"Handstamp, Inc." <no-reply@example.com>',
  'Bücher & Co. <post@bücher.example>',
  'Handstamp <no-reply@localhost>',
  'no-reply@localhost',
])('%s is one mailbox', (text) => {
  expect(isMailSender(text)).toBe(true);
});

test.each([
  '',
  ' ',
  'Handstamp',
  'Handstamp <>',
  'Handstamp <no-reply>',
  'no-reply@example',
  'a@example.com, b@example.com',
  'Handstamp, Inc. <no-reply@example.com>',
  'Handstamp <a@example.com> <b@example.com>',
  'Handstamp <a@example.com>, b@example.com',
  'group: a@example.com;',
  'Handstamp <no-reply@example.com> (comment)',
  'Handstamp <no-reply@example.com',
  'Handstamp no-reply@example.com>',
  'a b@example.com',
  'Handstamp <no-reply@example.com>\r\nBcc: c@example.com',
  // What a property test found: ends of lines in front of the bracket.
  '\r<no-reply@example.com>',
  'Handstamp\r\n <no-reply@example.com>',
  '"Handstamp"\n<no-reply@example.com>',
  'Hand\u0000stamp <no-reply@example.com>',
  'a@localhost <no-reply@example.com>',
  '"Handstamp\\" <no-reply@example.com>',
  'no-reply@127.0.0.1',
])('%j is not', (text) => {
  expect(isMailSender(text)).toBe(false);
});
