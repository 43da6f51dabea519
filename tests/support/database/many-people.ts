import { fillSessions } from './session-rows';
import { sql } from './sql';

/** What a house of that size leaves in the other tables. Some of each has outlived its time, as cleaning would find it. */
const REST = `
  INSERT INTO "Password" ("userId", hash) SELECT id, 'none' FROM "User";
  UPDATE "User" SET "createdAt" = now() - (hashtext(id) & 65535) * interval '1 minute';
  UPDATE "User" SET "disabledAt" = now() WHERE hashtext(id) % 500 = 7;
  UPDATE "User" SET role = 'admin' WHERE id IN (SELECT id FROM "User" ORDER BY id LIMIT 10);
  INSERT INTO "AuditEvent" (type, "userId", "sessionId", at, "repeatKey")
  SELECT CASE n % 2 WHEN 0 THEN 'signed_in' ELSE 'device_changed' END, "userId", id, now() - n * interval '160 seconds',
    CASE n % 2 WHEN 1 THEN 'device_changed:' || id || ':2026010100' END
  FROM (SELECT id, "userId", row_number() OVER (ORDER BY id) AS n FROM "Session") s;
  INSERT INTO "RateLimit"
  SELECT 'account:' || n, 1, NULL, now() + (n - 200) * interval '1 second' FROM generate_series(1, 20000) n;
  INSERT INTO "Ceremony" (id, purpose, "expiresAt")
  SELECT 'ceremony ' || n, 'sign-up', now() + (n - 7200) * interval '1 second' FROM generate_series(1, 20000) n;
  INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
  SELECT sha256(id::bytea), 'reset', id, email, now() + (row_number() OVER () - 2592000) * interval '1 second' FROM "User";
  INSERT INTO "Outbox" ("to", sealed, "nextAttemptAt", "expiresAt")
  SELECT 'person-' || n || '@bench.test', 'none', now() + interval '1 hour', now() + interval '2 hours'
  FROM generate_series(1, 20000) n;
  INSERT INTO "Totp" ("userId", secret, "keyId", "lastStep") SELECT id, 'none', 'none', 0 FROM "User" WHERE hashtext(id) % 5 = 0;
  INSERT INTO "Passkey" (id, "userId", "credentialId", "publicKey", counter, "backupEligible", "backedUp", aaguid, name)
  SELECT id, id, sha256(id::bytea), 'none', 0, true, true, 'none', 'none' FROM "User" WHERE hashtext(id) % 5 = 1;
  INSERT INTO "RecoveryCode" ("userId", hash) SELECT id, sha256((id || n)::bytea) FROM "User", generate_series(1, 10) n
  WHERE hashtext(id) % 5 IN (0, 1);
  UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days', "idleExpiresAt" = now() - interval '40 days'
  WHERE id IN (SELECT id FROM "Session" ORDER BY id LIMIT 200)`;

/** 25,000 people with 100,000 sessions, made by the root secrets of these ids in turn; null: nobody noted which. */
export async function fillWithPeople(databaseUrl: string, refreshKeyIds: readonly (number | null)[]): Promise<void> {
  await fillSessions(databaseUrl, { live: 100_000, ended: 1_000 });
  await sql(
    databaseUrl,
    `UPDATE "Session" SET "refreshKeyId" = ($1::int[])[1 + "statusNumber" % cardinality($1::int[])]`,
    [refreshKeyIds],
  );
  await sql(databaseUrl, REST);
  const factors = ['Totp', 'Passkey', 'RecoveryCode'];
  const rest = ['Password', ...factors, 'AuditEvent', 'RateLimit', 'Ceremony', 'MailLink', 'Outbox'];
  for (const table of ['User', 'Session', ...rest]) {
    await sql(databaseUrl, `VACUUM ANALYZE "${table}"`);
  }
}
