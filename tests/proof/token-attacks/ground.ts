import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll } from 'vitest';
import type { PublicSigningJwk } from '@/lib/core/keys/signing-key';
import { db } from '@/lib/server/database/client';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { useServerWithoutMiddleware } from '@/tests/support/copy/guards-alone';
import { askForReset, mailedReset } from '@/tests/support/http/mail-links';
import { send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, type PreparedSession, prepareSession } from '@/tests/support/people';
import { type Listener, startListener } from '@/tests/support/server/proxies';
import { type Issuer, useIssuer } from '@/tests/support/services/issuer';
import { prepareService, type Service, startService } from '@/tests/support/services/services';
import { rotateNow } from '../../support/keys';
import { type Forge, forgeOf, MARK } from './forge';
import { type Log, recordLog } from './log';
import { ALL_OPEN, doorsFor } from './openings';
import { type Places, type Target, targetsOf } from './targets';

/** Everything that is attacked, and what attacks are made from. */
export type Ground = Places & {
  readonly databaseUrl: string;
  readonly issuer: Issuer;
  readonly service: Service;
  readonly listener: Listener;
  readonly targets: readonly Target[];
  /** What both servers print. */
  readonly log: Log;
  /** Of a session that is young enough for minutes. */
  forge(): Promise<Forge>;
  /** The genuine token of those forgeries. */
  genuine(): string;
  /** A session and forgeries of its own from now on, by the key that signs now. */
  renew(): Promise<void>;
};

/** A token is used for so long. It lives for 12 minutes at least. */
const RENEW_AFTER_MS = 240_000;
const READY_WITHIN_MS = 30_000;

/** Starts it all, for this test file. */
export async function useGround(): Promise<Ground> {
  const issuer = await useIssuer();
  Object.assign(process.env, { ACCESS_TOKEN_TTL_SECONDS: '900' });
  const databaseUrl = process.env['DATABASE_URL'] ?? '';
  const { signing: retired } = await liveKeyring();
  // A key that was ours once: it signed, was followed by another, and is published no more.
  await rotateNow();
  await db().$executeRaw`UPDATE "Key" SET "expiresAt" = now() WHERE purpose = 'signing' AND slot IS NULL`;
  // Alone, so that the mailbox of this server has every mail.
  const others = await otherTokens(issuer);
  const bare = await useServerWithoutMiddleware(databaseUrl, issuer.url);
  const [listener, trap] = [await startListener(), makeTrap()];
  afterAll(() => listener.close());
  await prepareService('node');
  const service = await startService('node', { ISSUER: issuer.url, AUDIENCE: issuer.url });
  const log = recordLog([issuer.server, bare]);

  let session: PreparedSession;
  let forge: Promise<Forge> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;
  const renew = async () => {
    session = await prepareSession(await createPerson({ role: 'admin', hasPassword: true }));
    forge = forgeFrom({ session, issuer, listener, trap, retired, others });
    renewedAt = performance.now();
  };
  await renew();
  const places = { server: issuer.server, bare, servicePort: Number(new URL(service.url).port) };
  await untilOpen(() => doorsFor({ ...places, service }, session.accessToken));
  return {
    ...places,
    get session() {
      return session;
    },
    ...{ databaseUrl, issuer, service, listener, log, renew },
    targets: await targetsOf({ ...places, session: await prepareSession(await createPerson({ role: 'admin' })) }),
    async forge() {
      if (performance.now() - renewedAt > RENEW_AFTER_MS) await renew();
      if (forge === undefined) throw new Error('There is no session');
      return forge;
    },
    genuine: () => session.accessToken,
  };
}

/** A machine that is busy may take longer to load the first page than the middleware waits for the first key set. */
async function untilOpen(doors: () => Promise<object>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (let seen = await doors(); !isDeepStrictEqual(seen, ALL_OPEN); seen = await doors()) {
    if (Date.now() > deadline) throw new Error(`A genuine token is refused: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type From = { session: PreparedSession; issuer: Issuer; listener: Listener; trap: string } & Pick<
  Forge,
  'retired' | 'others'
>;

async function forgeFrom({ session, issuer, listener, ...more }: From): Promise<Forge> {
  const { signing } = await liveKeyring();
  const row = await db().key.findUniqueOrThrow({ where: { id: signing.kid } });
  return forgeOf({
    ...{ ...more, signing, genuine: session.accessToken, issuer: issuer.url },
    publicJwk: row.publicJwk as PublicSigningJwk,
    listener: `http://127.0.0.1:${listener.port}`,
    now: Math.floor(Date.now() / 1_000),
  });
}

/** Tokens of the other kinds, each as its own endpoint gives it out. */
async function otherTokens({ server }: Issuer): Promise<Forge['others']> {
  const json = { name: MARK, email: 'newcomer@people.test', password: 'eleven warm ferrets knit' };
  const registered = await send(server, '/api/auth/register', { method: 'POST', json });
  const { email } = await createPerson({ hasPassword: true });
  await askForReset(server, email);
  const { token: link } = await mailedReset(server, email);
  const { text: list } = await send(server, '/status-lists/0');
  const { refreshToken } = await prepareSession();
  return { refresh: refreshToken, sealed: registered.cookies[COOKIE.pending] ?? '', link, 'status list': list };
}

/**
 * A named pipe: whoever opened it to read would wait there, and could be found. Its path is what forged key names lead to.
 */
function makeTrap(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-trap-'));
  const trap = path.join(folder, 'trap');
  execFileSync('mkfifo', [trap]);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return trap;
}
