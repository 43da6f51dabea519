import { connection } from 'next/server';
import type { ReactNode } from 'react';

/** The least document that Next takes. Made for each request, as ours are. */
export default async function BareLayout({ children }: { children: ReactNode }) {
  await connection();
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
