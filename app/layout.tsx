import type { Metadata, Viewport } from 'next';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { LOOK, SITE } from '@/site';
import { instrumentSans, instrumentSansAccents, instrumentSansExtended } from './_fonts/instrument-sans';
import { SessionRoot } from './session-root';
import './globals.css';

export const metadata: Metadata = {
  description: SITE.description,
  icons: { icon: { url: '/icon.svg', type: 'image/svg+xml', sizes: 'any' } },
  robots: { index: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: LOOK.colours.light.paper },
    { media: '(prefers-color-scheme: dark)', color: LOOK.colours.dark.paper },
  ],
};

const TYPEFACE = [instrumentSans, instrumentSansAccents, instrumentSansExtended].map((font) => font.variable).join(' ');

/**
 * The document around every page. It waits for a request, so no page is prerendered: scripts run by a nonce that is new
 * in every answer (see lib/core/http/content-security-policy.ts).
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  return (
    <html lang="en" className={TYPEFACE}>
      <body>
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        <SessionRoot>{children}</SessionRoot>
      </body>
    </html>
  );
}
