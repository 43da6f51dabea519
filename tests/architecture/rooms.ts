/** The table as it is written, with the rooms in each line checked against the lines that there are. */
const table = <Name extends string>(rooms: Record<Name, readonly NoInfer<Name>[]>) => rooms;

/**
 * Our rooms, from the ground up, each with the rooms that it may import: only ones that stand above it here, so that no
 * two can import each other. A room is the folder of its name, in lib where the name does not begin with app; rooms of
 * app are the files of `PLACES`. Whatever is in no room is the owner's: see docs/your-code.md.
 */
// biome-ignore format: one line a room
export const ROOMS = table({
  // What the product says of itself.
  'site.ts': [],

  // Pure: failures, time, text, and the numbers that are policy. Keys, tokens and HTTP by themselves.
  core: [],
  // Signing keys and root secrets: their forms, their life, their wrapping.
  'core/keys': ['core'],
  // Access, refresh and sealed tokens.
  'core/token': ['core', 'core/keys'],
  // Status lists and places in them.
  'core/status-list': ['core', 'core/keys', 'core/token'],
  // Cookies, origins, errors and addresses as HTTP spells them.
  'core/http': ['core'],
  // What proves a person besides a password, as far as its form tells.
  'core/factors': ['core'],
  // When a session rotates, and where it may be used.
  'core/session': ['core', 'core/http'],
  // Which passwords may be chosen, as far as their form tells.
  'core/passwords': ['core'],

  // What every other service needs to check a token: public facts only.
  verifier: ['core', 'core/http', 'core/keys', 'core/status-list', 'core/token'],

  // Log lines without secrets.
  'server/observability': [],
  // The settings of the process.
  'server/config': ['site.ts', 'core', 'core/factors', 'core/http', 'core/keys', 'core/session'],
  // PostgreSQL: the client, migrations, and what every process asks once a second.
  'server/database': ['core', 'server/observability', 'server/config'],
  // What the product says of a person in tokens. Made to be edited, as site.ts is.
  'claims.ts': ['core/token', 'server/database'],
  // Bodies, cookies and facts of the request.
  'server/http': ['core', 'core/http', 'core/session', 'server/config'],
  // What happened to accounts.
  'server/audit': ['core', 'core/http', 'server/observability', 'server/config', 'server/database'],
  // Codes that were mailed, and how often they were tried.
  'server/ceremonies': ['core', 'core/token', 'server/database'],
  // People.
  'server/users': ['core', 'core/token', 'server/database', 'server/audit'],
  // Keys at rest: made, unwrapped, rotated, reported.
  'server/keys': ['core', 'core/keys', 'core/http', 'server/config', 'server/database', 'server/audit'],
  // Mails: their words, the outbox, the way out.
  'server/mail': ['site.ts', 'core', 'core/http', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/keys'],
  // What runs before the first request, by itself, and every night, and whether all that is needed answers.
  'server/maintenance': ['core', 'core/http', 'server/observability', 'server/config', 'server/database', 'server/audit', 'server/keys', 'server/mail'],
  // How often something may be tried.
  'server/rate-limit': ['core', 'core/http', 'server/observability', 'server/database', 'server/keys'],
  // Which sessions were ended, and the lists that say so.
  'server/revocation': ['core', 'core/status-list', 'core/http', 'server/observability', 'server/config', 'server/database', 'server/keys'],
  // Hashing, off the event loop, and which new ones are too easy.
  'server/passwords': ['core', 'core/passwords', 'server/observability', 'server/config', 'server/keys', 'server/maintenance'],
  // Spans and metrics for whoever collects them: loads the SDK, and is loaded only then.
  'server/telemetry': ['core/http', 'core/status-list', 'server/observability', 'server/config', 'server/database', 'server/passwords', 'server/maintenance'],
  // Second factors: authenticator apps, recovery codes, passkeys.
  'server/factors': ['site.ts', 'core', 'core/factors', 'core/keys', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/ceremonies', 'server/users', 'server/mail', 'server/keys', 'server/rate-limit'],
  // A session from its beginning to its end, and who is signed in.
  'server/sessions': ['core', 'core/http', 'core/session', 'core/status-list', 'core/token', 'server/observability', 'server/config', 'server/database', 'claims.ts', 'server/http', 'server/audit', 'server/mail', 'server/users', 'server/keys', 'server/revocation'],
  // The day after a restore: what a database that went back in time needs before it is used.
  'server/restore': ['core', 'core/status-list', 'server/database', 'server/audit', 'server/keys', 'server/sessions'],
  // Login by password.
  'server/sign-in': ['core', 'core/factors', 'core/keys', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/ceremonies', 'server/users', 'server/keys', 'server/mail', 'server/rate-limit', 'server/passwords', 'server/factors', 'server/sessions'],
  // A person who is signed in proves once more who they are.
  'server/step-up': ['core', 'core/factors', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/ceremonies', 'server/users', 'server/keys', 'server/mail', 'server/rate-limit', 'server/passwords', 'server/factors', 'server/sessions', 'server/sign-in'],
  // A new account, once its address is proven.
  'server/sign-up': ['core', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/ceremonies', 'server/mail', 'server/users', 'server/keys', 'server/rate-limit', 'server/passwords', 'server/sessions', 'server/sign-in'],
  // The way back in: links in mails, and what they may do.
  'server/recovery': ['site.ts', 'core', 'core/passwords', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/users', 'server/mail', 'server/rate-limit', 'server/passwords', 'server/factors', 'server/sessions'],
  // What a person changes of their account: password, address, its end; and the file of what is kept of them.
  'server/account': ['site.ts', 'core', 'core/passwords', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/ceremonies', 'server/users', 'server/mail', 'server/keys', 'server/rate-limit', 'server/passwords', 'server/sessions', 'server/sign-in', 'server/step-up', 'server/sign-up'],
  // What a person changes of what protects them: second factors and recovery codes.
  'server/security': ['core', 'core/factors', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/ceremonies', 'server/users', 'server/mail', 'server/keys', 'server/rate-limit', 'server/factors', 'server/sessions', 'server/step-up'],
  // What admins and the operator do to the accounts of others, and see of them.
  'server/admin': ['core', 'core/http', 'core/token', 'server/database', 'server/http', 'server/audit', 'server/users', 'server/mail', 'server/factors', 'server/sessions', 'server/recovery', 'server/account'],
  // What stands around every handler, and the shapes of bodies.
  'server/routes': ['site.ts', 'core', 'core/factors', 'core/http', 'core/passwords', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/users', 'server/keys', 'server/ceremonies', 'server/passwords', 'server/factors', 'server/sessions', 'server/sign-in', 'server/step-up', 'server/account', 'server/admin'],
  // The endpoints of programs and resource servers.
  'server/oauth': ['core', 'core/factors', 'core/http', 'core/token', 'server/observability', 'server/config', 'server/database', 'server/http', 'server/audit', 'server/users', 'server/mail', 'server/keys', 'server/rate-limit', 'server/factors', 'server/sessions', 'server/sign-in', 'server/routes'],
  // The programs behind `npm run`.
  'server/cli': ['core', 'core/http', 'core/keys', 'core/token', 'server/config', 'server/database', 'server/users', 'server/keys', 'server/maintenance', 'server/sessions', 'server/restore', 'server/recovery', 'server/admin', 'server/oauth'],
  // The list of what the owner's code builds on. Nothing of ours imports it.
  server: ['server/config', 'server/database', 'server/mail', 'server/sessions', 'server/routes'],

  // The drawings: the sign, its ink, the large impression.
  'app/_components/stamp': ['site.ts'],
  // What tabs of one browser know of each other, and the way out.
  'app/_components/session': ['core/http', 'core/token'],
  // What stands around the content of a page.
  'app/_components/frame': ['site.ts', 'core/token', 'app/_components/stamp', 'app/_components/session'],
  // Fields, faults and the sending of forms.
  'app/_components/forms': ['core', 'core/http', 'app/_components/session', 'app/_components/frame'],
  // Asking the browser for a passkey.
  'app/_components/passkeys': ['core', 'app/_components/session', 'app/_components/frame', 'app/_components/forms'],
  // The start page.
  'app/(public)': ['site.ts', 'core/http', 'server/config', 'server/sessions', 'app/_components/stamp', 'app/_components/frame', 'app/_components/forms'],
  // Signing in and up.
  'app/(guest)': ['core/http', 'server/config', 'server/sessions', 'server/sign-in', 'server/sign-up', 'server/recovery', 'server/routes', 'app/_components/session', 'app/_components/frame', 'app/_components/forms', 'app/_components/passkeys'],
  // The pages of the person signed in.
  'app/(member)': ['site.ts', 'core', 'core/http', 'core/token', 'server/config', 'server/http', 'server/audit', 'server/users', 'server/mail', 'server/sessions', 'server/step-up', 'server/account', 'server/security', 'server/routes', 'app/_components/stamp', 'app/_components/session', 'app/_components/frame', 'app/_components/forms', 'app/_components/passkeys'],
  // The pages of admins.
  'app/(admin)': ['core', 'core/token', 'server/audit', 'server/users', 'server/mail', 'server/keys', 'server/sessions', 'server/step-up', 'server/admin', 'server/routes', 'app/_components/frame', 'app/_components/forms', 'app/_components/passkeys', 'app/(member)'],
  // The HTTP interface.
  'app/api': ['core', 'core/http', 'core/token', 'server/config', 'server/http', 'server/audit', 'server/users', 'server/mail', 'server/maintenance', 'server/sessions', 'server/sign-in', 'server/sign-up', 'server/step-up', 'server/recovery', 'server/account', 'server/security', 'server/admin', 'server/routes', 'server/oauth'],
  // What any service may fetch: the key set and the metadata.
  'app/.well-known': ['core', 'core/http', 'server/config', 'server/keys', 'server/routes', 'server/oauth'],
  // The same for the status lists.
  'app/status-lists': ['core/status-list', 'server/revocation', 'server/routes'],
  // The mailbox of a machine without a mail service.
  'app/dev': ['server/mail', 'app/_components/frame'],
  // The document around every page, and what stands in for one that failed.
  app: ['site.ts', 'core/token', 'server/sessions', 'app/_components/stamp', 'app/_components/session', 'app/_components/frame'],

  // The edge: who may pass, before any page or handler runs.
  'middleware.ts': ['site.ts', 'core', 'core/http', 'core/session', 'core/token', 'verifier'],
  // The beginning of a server process.
  'instrumentation.ts': ['server/maintenance', 'server/telemetry'],
});

export type Room = keyof typeof ROOMS;

/**
 * Where our rooms of app are, because the owner's pages stand among them: a file, or a folder with all that is in it.
 * Take out what you replaced by a page of your own, and it is bound by no rule any more.
 */
export const PLACES = {
  'app/_components/stamp': ['app/_components/stamp/'],
  'app/_components/session': ['app/_components/session/'],
  'app/_components/frame': ['app/_components/frame/'],
  'app/_components/forms': ['app/_components/forms/'],
  'app/_components/passkeys': ['app/_components/passkeys/'],
  'app/(public)': [
    'app/(public)/layout.tsx',
    'app/(public)/page.tsx',
    'app/(public)/front-stamp.tsx',
    'app/(public)/problems/',
    'app/(public)/reload/',
  ],
  'app/(guest)': [
    'app/(guest)/layout.tsx',
    'app/(guest)/local-mailbox.tsx',
    'app/(guest)/dead-link.tsx',
    'app/(guest)/forgotten-token.ts',
    'app/(guest)/login/',
    'app/(guest)/register/',
    'app/(guest)/verify-email/',
    'app/(guest)/forgot-password/',
    'app/(guest)/reset-password/',
    'app/(guest)/undo/',
  ],
  'app/(member)': [
    'app/(member)/layout.tsx',
    'app/(member)/error.tsx',
    'app/(member)/not-found.tsx',
    'app/(member)/invitation-actions.ts',
    'app/(member)/passkey-invitation.tsx',
    'app/(member)/account/[...nothing]/',
    'app/(member)/dashboard/',
    'app/(member)/step-up/',
    'app/(member)/account/account-nav.tsx',
    'app/(member)/account/activity/',
    'app/(member)/account/action-faults.ts',
    'app/(member)/account/actions.ts',
    'app/(member)/account/brought-proof.ts',
    'app/(member)/account/carried-change.ts',
    'app/(member)/account/code-form.tsx',
    'app/(member)/account/data/',
    'app/(member)/account/done-notice.tsx',
    'app/(member)/account/email-actions.ts',
    'app/(member)/account/email-form.tsx',
    'app/(member)/account/layout.tsx',
    'app/(member)/account/name-form.tsx',
    'app/(member)/account/page.tsx',
    'app/(member)/account/passkey-signals.ts',
    'app/(member)/account/signal-actions.ts',
    'app/(member)/account/security/',
    'app/(member)/account/sessions/',
    'app/(member)/account/signer.ts',
  ],
  'app/(admin)': [
    'app/(admin)/layout.tsx',
    'app/(admin)/error.tsx',
    'app/(admin)/not-found.tsx',
    'app/(admin)/admin/[...nothing]/',
    'app/(admin)/admin/admin-nav.tsx',
    'app/(admin)/admin/page.tsx',
    'app/(admin)/admin/signer.ts',
    'app/(admin)/admin/audit/',
    'app/(admin)/admin/keys/',
    'app/(admin)/admin/users/',
  ],
  'app/api': [
    'app/api/[[...path]]/',
    'app/api/account/',
    'app/api/admin/',
    'app/api/auth/',
    'app/api/cron/',
    'app/api/dev/',
    'app/api/health/',
    'app/api/me/',
    'app/api/oauth/',
  ],
  'app/.well-known': [
    'app/.well-known/change-password/',
    'app/.well-known/jwks.json/',
    'app/.well-known/oauth-authorization-server/',
    'app/.well-known/passkey-endpoints/',
  ],
  'app/status-lists': ['app/status-lists/'],
  'app/dev': ['app/dev/'],
  app: [
    'app/layout.tsx',
    'app/session-root.tsx',
    'app/error.tsx',
    'app/global-error.tsx',
    'app/not-found.tsx',
    'app/icon.svg/',
    'app/_fonts/',
  ],
} as const satisfies Partial<Record<Room, readonly string[]>>;

/** What the owner's files may import of ours, besides each other and any package. */
const SURFACE: readonly (string | RegExp)[] = [
  'site.ts',
  'lib/server/index.ts',
  'lib/server/routes/other-methods.ts',
  /^lib\/core\//,
  /^app\/_components\//,
  'app/(admin)/admin/admin-nav.tsx',
];

/** Below these folders of lib every file is ours. */
const RINGS = /^lib\/(?:core|verifier|server)\//;
const GENERATED = 'lib/server/database/generated/';

const isRoom = (name: string): name is Room => Object.hasOwn(ROOMS, name);

/** The room of a file; null for one of the owner's; `unlisted` for one that lies in a ring and in no room. */
export function roomOf(file: string): Room | 'unlisted' | null {
  if (isRoom(file)) return file;
  if (file.startsWith(GENERATED)) return 'server/database';
  if (RINGS.test(file)) {
    const folder = file.slice('lib/'.length, file.lastIndexOf('/'));
    return isRoom(folder) ? folder : 'unlisted';
  }
  for (const [room, places] of Object.entries(PLACES)) {
    const isInside = places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));
    if (isInside && isRoom(room)) return room;
  }
  return null;
}

/** True for what an owner's file may import of ours. */
export const isOnSurface = (file: string): boolean =>
  SURFACE.some((place) => (typeof place === 'string' ? place === file : place.test(file)));
