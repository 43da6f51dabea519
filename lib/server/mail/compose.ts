import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { LOOK, SITE } from '@/site';

/** A mail without its address. The subject is one line; both bodies say the same. */
export type MailMessage = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Not sent from then on, because it would not be true any more; a day from now where nothing is said. */
  readonly expiresAt?: EpochSeconds | null;
};

/** A paragraph, a code in large figures, or a link with its label. */
export type MailBlock = string | { readonly code: string } | { readonly label: string; readonly url: string };

/**
 * A mail of these blocks: the name of the site stands above them in HTML and below them in text. Both bodies are made of
 * one list, so that they cannot differ. With `expiresAt` (epoch seconds) it is not sent from then on.
 */
export function composeMail(
  subject: string,
  blocks: readonly MailBlock[],
  { expiresAt }: { readonly expiresAt?: EpochSeconds } = {},
): MailMessage {
  const text = `${[...blocks.map(toText), SITE.name].join('\n\n')}\n`;
  return { subject, text, html: page(subject, blocks), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

const { light, dark } = LOOK.colours;

/**
 * Each element bears its light colours itself, because many programs drop a style sheet. Those which keep it and know a
 * dark scheme get the dark ones. Nothing is loaded from anywhere: a mail must not tell when it was read.
 */
const page = (subject: string, blocks: readonly MailBlock[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .paper { background: ${dark.paper} !important; color: ${dark.ink} !important; }
  .sheet { background: ${dark.sheet} !important; border-color: ${dark.hairline} !important; border-top-color: ${dark.accent} !important; }
  .name { color: ${dark.accent} !important; }
  .way { background: ${dark.accent} !important; color: ${dark['on-accent']} !important; }
}
</style>
</head>
<body class="paper" style="margin: 0; padding: 24px 12px; background: ${light.paper}; color: ${light.ink}; font: 16px/1.5 system-ui, sans-serif">
<div class="sheet" style="max-width: 32em; margin: 0 auto; padding: 12px 28px 16px; background: ${light.sheet}; border: 1px solid ${light.hairline}; border-top: 4px solid ${light.accent}; border-radius: 6px">
<p class="name" style="font-size: 18px; font-weight: bold; color: ${light.accent}">${escapeHtml(SITE.name)}</p>
${blocks.map(toHtml).join('\n')}
</div>
</body>
</html>
`;

function toText(block: MailBlock): string {
  if (typeof block === 'string') return block;
  return 'code' in block ? block.code : `${block.label}:\n${block.url}`;
}

function toHtml(block: MailBlock): string {
  if (typeof block === 'string') return `<p>${escapeHtml(block)}</p>`;
  if ('code' in block) {
    return `<p style="font: bold 32px/1.2 ui-monospace, monospace; letter-spacing: 4px">${escapeHtml(block.code)}</p>`;
  }
  const look = `display: inline-block; padding: 10px 20px; background: ${light.accent}; color: ${light['on-accent']}; border-radius: 6px; font-weight: bold; text-decoration: none`;
  return `<p><a class="way" style="${look}" href="${escapeHtml(block.url)}">${escapeHtml(block.label)}</a></p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
