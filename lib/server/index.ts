import 'server-only';

// What your own code builds on: `import { requireUser } from '@/lib/server';`. What stands here stays as it is from
// release to release; the rest of lib/server may change with any of them. Need more? Add a line here first.

/** The settings of this process, such as `env().appOrigin` for links in mails. */
export { env } from '@/lib/server/config/env';
/** The database: Prisma's client, with the models of prisma/schema.prisma. */
export { db } from '@/lib/server/database/client';
/** Prisma's types, such as `Prisma.TransactionClient`. */
export type { Prisma } from '@/lib/server/database/generated/prisma/client';
/** A mail is composed, put into the outbox (in your transaction, if you have one), and sent once the answer is out. */
export { composeMail } from '@/lib/server/mail/compose';
export { sendDueMail } from '@/lib/server/mail/delivery';
export { queueMail } from '@/lib/server/mail/outbox';
/** What a handler answers. */
export { empty, json, problem } from '@/lib/server/routes/answer';
/**
 * A handler for callers with a valid session (cookie or Bearer token), and one for every caller. The file that exports
 * them also says `export * from '@/lib/server/routes/other-methods';`, which answers the methods that it lacks.
 */
export { publicRoute, sessionRoute } from '@/lib/server/routes/route-handler';
/** Says that what claims.ts gives for a person is another thing now: every verifier knows within seconds, nobody is signed out. */
export { claimsChanged } from '@/lib/server/sessions/claims-change';
/** In pages and server actions: who is signed in. Other visitors are sent to the login page, or see a page not found. */
export { requireAdmin, requireUser, type Viewer } from '@/lib/server/sessions/current-user';
/** In server actions: what was typed outlives a session that ended meanwhile. `findDraft` is for the page of the form. */
export { dropDraft, findDraft, requireUserKeeping } from '@/lib/server/sessions/drafts';
/** For parts of a page that merely look different with a session; null for a visitor. Guards nothing. */
export { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
