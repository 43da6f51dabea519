import { afterAll, expect } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import type { PreparedSession } from '@/tests/support/people';
import { type HttpProxy, startHttpProxy } from '@/tests/support/server/proxies';
import type { TestServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

/** The production server behind a proxy that counts, and can go down. The proxy's address is the issuer's. */
export type Issuer = {
  readonly url: string;
  readonly server: TestServer;
  readonly proxy: HttpProxy;
  /** Ends the session as its own browser would. */
  signOut(session: PreparedSession): Promise<void>;
  /** How often each path was asked for since the last call. */
  takeCounts(): Record<string, number>;
};

/** Starts an issuer for this test file. Services outside know its `url`, and nothing else. */
export async function useIssuer(): Promise<Issuer> {
  const { url: databaseUrl } = await useDatabase();
  const port = await findFreePort();
  const proxy = await startHttpProxy(port);
  afterAll(() => proxy.close());
  const { origin } = proxy;
  process.env['APP_ORIGIN'] = origin;
  const server = await useServer({ databaseUrl, port, env: { APP_ORIGIN: origin } });
  let taken = 0;
  return {
    url: origin,
    server,
    proxy,
    async signOut({ cookies }) {
      const headers = { host: new URL(origin).host, origin };
      const answer = await send(server, '/api/auth/logout', { method: 'POST', cookies, headers });
      expect(answer.status, answer.text).toBe(204);
    },
    takeCounts() {
      const counts: Record<string, number> = {};
      for (const asked of proxy.seen.slice(taken)) counts[asked] = (counts[asked] ?? 0) + 1;
      taken = proxy.seen.length;
      return counts;
    },
  };
}
