import { describe, expect, test } from 'vitest';
import { sessionEndedToBeSafe } from '@/lib/server/mail/session-messages';
import { alreadyRegistered, signUpCode } from '@/lib/server/mail/sign-up-messages';
import { LOOK, SITE } from '@/site';

/** A name may hold one: "Salt & Sons". */
const inHtml = (text: string): string => text.replaceAll('&', '&amp;');

const APP_ORIGIN = 'https://app.example.com';
const AT = Date.UTC(2026, 10, 23, 14, 5, 59) / 1000;
const ended = (device: string | null) => sessionEndedToBeSafe({ device, at: AT, appOrigin: APP_ORIGIN });

describe.each([
  ['sign-up code', signUpCode('042137', AT + 600)],
  ['already registered', alreadyRegistered(APP_ORIGIN)],
  ['session ended', ended('Firefox on Linux')],
])('the %s mail', (_name, { subject, text, html }) => {
  test('has a subject of one short line', () => {
    expect(subject).toMatch(/^[\x20-\x7e]{5,60}$/);
  });

  test('has the name of the site below its text, and above its HTML', () => {
    expect(text.trimEnd().split('\n').at(-1)).toBe(SITE.name);
    expect(html).toMatch(new RegExp(`<body[^>]*>\\s*<div[^>]*>\\s*<p[^>]*>${inHtml(SITE.name)}</p>`));
  });

  test('says the same in both bodies', () => {
    const words = html
      .replace(/^[\s\S]*<body[^>]*>/, '')
      .replace(/<p class="name"[^>]*>([^<]*)<\/p>([\s\S]*)$/, '$2\n<p>$1</p>')
      .replace(/<a [^>]*href="([^"]*)">([^<]*)<\/a>/g, '$2:\n$1')
      .replace(/<[^>]+>/g, '')
      .replaceAll('&amp;', '&')
      .trim()
      .replace(/\n/g, '\n\n');
    expect(words.replaceAll(':\n\n', ':\n').replace(/\s+/g, ' ')).toBe(text.trim().replace(/\s+/g, ' '));
  });

  test('names its language and title for those who hear it, and loads nothing', () => {
    expect(html).toContain('<html lang="en">');
    expect(html).toContain(`<title>${inHtml(subject)}</title>`);
    expect(html).not.toMatch(/<img|<script|<link|url\(|@import/);
    expect(html.match(/https?:/g) ?? []).toHaveLength((html.match(/href="https?:/g) ?? []).length);
  });

  test('has the colours of the site in both schemes, and the light ones without a style sheet', () => {
    const { light, dark } = LOOK.colours;
    const [, sheet = '', body = ''] = /<style>([\s\S]*)<\/style>([\s\S]*)/.exec(html) ?? [];
    expect(sheet).toContain('@media (prefers-color-scheme: dark)');
    for (const colour of [dark.paper, dark.sheet, dark.ink, dark.accent]) expect(sheet).toContain(colour);
    for (const colour of [light.paper, light.sheet, light.ink, light.accent]) expect(body).toContain(colour);
    // What the style sheet recolours is there to be recoloured.
    const classes = new Set([...body.matchAll(/class="(\w+)"/g)].map(([, name]) => name));
    for (const name of ['paper', 'sheet', 'name']) expect(classes).toContain(name);
  });

  test('is calm', () => {
    expect(text).not.toMatch(/hack|attack|breach|urgent|immediately|suspicious|!/i);
  });
});

describe('the sign-up code mail', () => {
  const { text, html } = signUpCode('042137', AT + 600);

  test('holds the code once, with its leading zero', () => {
    expect(text.match(/042137/g)).toHaveLength(1);
    expect(html.match(/042137/g)).toHaveLength(1);
  });

  test('is not sent any more when the code is over, and says from when its ten minutes count', () => {
    expect(signUpCode('042137', AT + 600).expiresAt).toBe(AT + 600);
    expect(text).toContain('ten minutes from when you asked for it');
  });

  test('says that nobody will ask for the code, and what to do when it was not asked for', () => {
    expect(text).toContain('Nobody from us will ever ask you for this code.');
    expect(text).toContain('ignore this mail');
  });

  test('keeps the code out of the subject, which lock screens show', () => {
    expect(signUpCode('042137', AT + 600).subject).not.toContain('042137');
  });
});

test('the already-registered mail leads to the sign-in page and holds no code', () => {
  const { text } = alreadyRegistered(APP_ORIGIN);
  expect(text).toContain(`Sign in:\n${APP_ORIGIN}/login\n`);
  expect(text).not.toMatch(/\d{6}/);
});

describe('the session-ended mail', () => {
  test('names device and time, and leads to the list of sessions', () => {
    const { text } = ended('Firefox on Linux');
    expect(text).toContain('your session on Firefox on Linux on 23 November 2026 at 14:05 UTC.');
    expect(text).toContain(`${APP_ORIGIN}/account/sessions`);
  });

  test('says so plainly when the device is not known', () => {
    expect(ended(null).text).toContain('your session on one of your devices');
  });

  test('lets a device name bring neither markup, nor lines, nor hidden characters, nor length', () => {
    const { text, html } = ended(`<img src=x onerror="a">'&\r\nBcc: x@example.com\u202e\u200b${'x'.repeat(500)}`);
    expect(html).toContain('&lt;img src=x onerror=&quot;a&quot;&gt;&#39;&amp; Bcc: x@example.com');
    expect(html).not.toContain('<img');
    expect(text.split('\n')[0]?.length).toBeLessThan(160);
    expect(text).not.toMatch(/[\r\u202e\u200b]/);
  });
});
