import 'server-only';
import path from 'node:path';
import { z } from 'zod';
import type { Bytes } from '@/lib/core/encoding';
import { isListableOrigin, isResource } from '@/lib/core/http/origins';
import { parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { isMailSender } from '@/lib/core/mail-sender';
import { MAX_ACCESS_TTL_SECONDS } from '@/lib/core/policy';
import { NETWORK_BINDINGS } from '@/lib/core/session/network-binding';
import { days, minutes } from '@/lib/core/time';
import { SITE } from '@/site';

const seconds = (least: number, most: number, preset: number) =>
  z.coerce.number().int().min(least).max(most).default(preset);

const optional = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === '' ? null : text.trim()));

/** Entries separated by commas, none twice; an empty text is no entry. */
const list = (isEntry: (text: string) => boolean, message: string) =>
  z
    .string()
    .default('')
    .transform((text): readonly string[] => [...new Set(text.split(',').flatMap((entry) => entry.trim() || []))])
    .refine((entries) => entries.every(isEntry), message);

/** An address of PostgreSQL. Our tables are in the schema `public`: raw statements name none, so another would split them. */
const postgresUrl = (text: z.ZodString) =>
  text
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .refine(
      (url) => !/[?&]schema=(?!public(?:&|$))/.test(url),
      'must not name a schema other than public: give Handstamp a database of its own',
    );

const MAKE_SECRET = 'make one with `openssl rand -base64 32 | tr +/ -_ | tr -d =`';
const SECRET_FAULTS = {
  empty: `is empty: ${MAKE_SECRET}`,
  not_base64url_or_hex: 'must be base64url or hex, or several of them separated by commas',
  too_short: 'is too short: each entry must decode to 32 bytes or more',
  duplicate: 'names the same secret twice',
  repetitive: `is not random: ${MAKE_SECRET}`,
} as const;

const authSecret = z.string({ error: `is missing: ${MAKE_SECRET}` }).transform((text, context): readonly Bytes[] => {
  const secrets = parseAuthSecret(text);
  if (secrets.ok) return secrets.value;
  context.addIssue({ code: 'custom', message: SECRET_FAULTS[secrets.code] });
  return z.NEVER;
});

/** nodemailer takes any text, and finds out with the first mail. */
const isSmtpUrl = (text: string): boolean =>
  /^smtps?:\/\//i.test(text) && URL.canParse(text) && new URL(text).hostname !== '' && new URL(text).hash === '';

const isHttpUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

const LEAST_SECRET_CHARACTERS = 32;

/** Samplers of the OpenTelemetry specification, by its names. */
const SAMPLERS = [
  ...(['always_on', 'always_off', 'traceidratio'] as const),
  ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
] as const;

const setting = <Schema extends z.ZodType>(variable: string, schema: Schema) => ({ variable, schema });

/** Every setting: its name in the code, its variable in the environment, and its shape. `.env.example` documents them. */
export const SETTINGS = {
  databaseUrl: setting(
    'DATABASE_URL',
    postgresUrl(z.string({ error: 'is missing: the connection string of a PostgreSQL database' })),
  ),
  /** Past a connection pool, for migrations; null: `databaseUrl` is direct already. */
  directDatabaseUrl: setting('DIRECT_DATABASE_URL', optional.pipe(postgresUrl(z.string()).nullable())),
  /** Connections that one process holds at most; null: as many as fit where it runs. */
  databasePoolSize: setting(
    'DATABASE_POOL_SIZE',
    optional
      .transform((text) => (text === null ? null : Number(text)))
      .pipe(z.number().int().min(1).max(100).nullable()),
  ),
  authSecrets: setting('AUTH_SECRET', authSecret),
  /** What people type, without a trailing slash. Issuer of every token, audience of cookie tokens. */
  appOrigin: setting(
    'APP_ORIGIN',
    z.string({ error: 'is missing: the address that people type, such as https://app.example.com' }),
  ),
  internalOrigin: setting('INTERNAL_ORIGIN', z.string().optional()),
  port: setting('PORT', z.string().optional()),
  /** After SIGTERM new requests are taken for so long: load balancers need it to notice. */
  drainSeconds: setting('DRAIN_SECONDS', seconds(0, 60, 3)),
  accessTtlSeconds: setting('ACCESS_TOKEN_TTL_SECONDS', seconds(60, MAX_ACCESS_TTL_SECONDS, minutes(5))),
  refreshGraceSeconds: setting('REFRESH_GRACE_SECONDS', seconds(1, 300, 30)),
  idleSeconds: setting('SESSION_IDLE_SECONDS', seconds(60, days(90), days(7))),
  absoluteSeconds: setting('SESSION_ABSOLUTE_SECONDS', seconds(60, days(365), days(30))),
  passwordMinLength: setting('PASSWORD_MIN_LENGTH', z.coerce.number().int().min(8).max(64).default(15)),
  /** Work factor of bcrypt. OWASP asks for 10 or more; each step doubles the time. */
  passwordHashCost: setting('PASSWORD_HASH_COST', z.coerce.number().int().min(10).max(15).default(12)),
  /** 0: no proxy in front is trusted, so the network address of a request is unknown. */
  trustedProxyHops: setting('TRUSTED_PROXY_HOPS', z.coerce.number().int().min(0).max(10).default(0)),
  smtpUrl: setting(
    'SMTP_URL',
    optional.refine(
      (url) => url === null || isSmtpUrl(url),
      'must be a URL such as smtps://user:password@mail.example.com:465, with special characters escaped as %XX',
    ),
  ),
  mailFrom: setting(
    'MAIL_FROM',
    optional
      .transform((sender) => sender ?? `${SITE.mailSender} <no-reply@localhost>`)
      .refine(isMailSender, 'must be one mailbox such as Handstamp <no-reply@example.com>'),
  ),
  /** Nothing limits how often it may be tried. */
  cronSecret: setting(
    'CRON_SECRET',
    optional.refine(
      (secret) => secret === null || secret.length >= LEAST_SECRET_CHARACTERS,
      `is too short: use ${LEAST_SECRET_CHARACTERS} characters or more, ${MAKE_SECRET}`,
    ),
  ),
  /** Whether what happens to accounts is a line of the log too, so that it outlives the database. */
  auditLog: setting('AUDIT_LOG', z.enum(['off', 'stdout']).default('off')),
  /** Other origins whose pages may call the API with a Bearer token. */
  corsOrigins: setting(
    'CORS_ORIGINS',
    list(
      isListableOrigin,
      'must be origins such as https://app.example.com or capacitor://localhost, separated by commas',
    ),
  ),
  /** Resources that a program may ask a token for, besides our own origin. */
  tokenAudiences: setting(
    'TOKEN_AUDIENCES',
    list(isResource, 'must be absolute URLs without a fragment, separated by commas'),
  ),
  /** Whether a program may sign a person in by their password at the token endpoint. */
  directTokenSignIn: setting('DIRECT_TOKEN_SIGN_IN', z.enum(['on', 'off']).default('on')),
  networkBinding: setting('SESSION_NETWORK_BINDING', z.enum(NETWORK_BINDINGS).default('off')),
  /** A signing key gives way to the next after so many days; 0: only by hand. */
  keyRotationDays: setting('KEY_ROTATION_DAYS', z.coerce.number().int().min(0).max(3_650).default(0)),
  /** Where traces and metrics are sent; null: nowhere, and nothing is loaded for it. */
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    optional.refine((url) => url === null || isHttpUrl(url), 'must be a URL such as http://localhost:4318'),
  ),
  tracesSampler: setting('OTEL_TRACES_SAMPLER', optional.pipe(z.enum(SAMPLERS).nullable())),
  /** Share of the traces that are collected. */
  tracesSamplerArg: setting('OTEL_TRACES_SAMPLER_ARG', z.coerce.number().min(0).max(1).default(0.01)),
  /** How often metrics are sent, in milliseconds. */
  metricExportMs: setting('OTEL_METRIC_EXPORT_INTERVAL', z.coerce.number().int().min(100).default(60_000)),
  /** Where Prometheus asks for metrics: a port of its own, so that nobody on the site's finds them. */
  metricsPort: setting(
    'METRICS_PORT',
    optional
      .transform((text) => (text === null ? null : Number(text)))
      .pipe(z.number().int().min(1).max(65_535).nullable()),
  ),
  metricsHost: setting(
    'METRICS_HOST',
    optional.transform((host) => host ?? '127.0.0.1'),
  ),
  /** Folder of the embedded database, absolute; null on a real one. Demo accounts and the mailbox live and die with it. */
  embeddedDataFolder: setting(
    'HANDSTAMP_DATA',
    optional.transform((folder) => (folder === null ? null : path.resolve(folder))),
  ),
} as const;

type Settings = typeof SETTINGS;

/** The settings by their names in the code, each of the type that its shape gives. */
export type ParsedSettings = { readonly [Name in keyof Settings]: z.output<Settings[Name]['schema']> };

/** The same settings as one schema over the variables of an environment. */
export const environmentSchema = z.object(
  Object.fromEntries(Object.values(SETTINGS).map(({ variable, schema }) => [variable, schema])),
);
