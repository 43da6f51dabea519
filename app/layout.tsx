import type { Metadata, Viewport } from 'next';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { sessionFacts } from '@/lib/core/token/session-facts';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { SITE } from '@/site';
import { SessionProvider } from './_components/session/session-provider';
import { instrumentSans, instrumentSansExtended } from './_fonts/instrument-sans';
import './globals.css';

export const metadata: Metadata = {
  title: { default: SITE.name, template: `%s · ${SITE.name}` },
  description: SITE.description,
  icons: { icon: { url: '/icon.svg', type: 'image/svg+xml', sizes: 'any' } },
  robots: { index: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#eff1ec' },
    { media: '(prefers-color-scheme: dark)', color: '#121119' },
  ],
};

/**
 * The document around every page. It waits for a request, so no page is prerendered: scripts run by a nonce that is new
 * in every answer (see lib/core/http/content-security-policy.ts).
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const session = await sessionIfKnown();
  const page =
    session === null ? (
      children
    ) : (
      <SessionProvider session={sessionFacts(session)} secondsLeft={session.exp - Date.now() / 1000}>
        {children}
      </SessionProvider>
    );
  return (
    <html lang="en" className={`${instrumentSans.variable} ${instrumentSansExtended.variable}`}>
      <body>
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        {page}
      </body>
    </html>
  );
}
