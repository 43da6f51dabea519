import 'server-only';
import path from 'node:path';
import { z } from 'zod';
import type { Bytes } from '@/lib/core/encoding';
import { isLoopbackHost, isResource, isWebOrigin, publicOrigins } from '@/lib/core/http/origins';
import { parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { MAX_ACCESS_TTL_SECONDS } from '@/lib/core/policy';
import { NETWORK_BINDINGS, type NetworkBinding } from '@/lib/core/session/network-binding';
import { days, minutes } from '@/lib/core/time';

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
    .transform((text) => [...new Set(text.split(',').flatMap((entry) => entry.trim() || []))])
    .refine((entries) => entries.every(isEntry), message);

const authSecret = z
  .string({ error: 'is missing: make one with `openssl rand -base64 32 | tr +/ -_ | tr -d =`' })
  .transform((text, context): Bytes[] => {
    const secrets = parseAuthSecret(text);
    if (secrets.ok) return secrets.value;
    context.addIssue({ code: 'custom', message: SECRET_FAULTS[secrets.code] });
    return z.NEVER;
  });

const SECRET_FAULTS = {
  empty: 'is empty: make one with `openssl rand -base64 32 | tr +/ -_ | tr -d =`',
  not_base64url_or_hex: 'must be base64url or hex, or several of them separated by commas',
  too_short: 'is too short: each entry must decode to 32 bytes or more',
  duplicate: 'names the same secret twice',
  repetitive: 'is not random: make one with `openssl rand -base64 32 | tr +/ -_ | tr -d =`',
} as const;

/** Every setting, as the process environment spells it. `.env.example` documents the same names. */
export const environmentSchema = z.object({
  DATABASE_URL: z
    .string({ error: 'is missing: the connection string of a PostgreSQL database' })
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
  AUTH_SECRET: authSecret,
  APP_ORIGIN: z.string({ error: 'is missing: the address that people type, such as https://app.example.com' }),
  INTERNAL_ORIGIN: z.string().optional(),
  PORT: z.string().optional(),
  ACCESS_TOKEN_TTL_SECONDS: seconds(60, MAX_ACCESS_TTL_SECONDS, minutes(5)),
  REFRESH_GRACE_SECONDS: seconds(1, 300, 30),
  SESSION_IDLE_SECONDS: seconds(60, days(90), days(7)),
  SESSION_ABSOLUTE_SECONDS: seconds(60, days(365), days(30)),
  PASSWORD_MIN_LENGTH: z.coerce.number().int().min(8).max(64).default(15),
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  SMTP_URL: optional,
  MAIL_FROM: z.string().default('Handstamp <no-reply@localhost>'),
  CRON_SECRET: optional,
  CORS_ORIGINS: list(isWebOrigin, 'must be origins such as https://app.example.com, separated by commas'),
  TOKEN_AUDIENCES: list(isResource, 'must be absolute URLs without a fragment, separated by commas'),
  SESSION_NETWORK_BINDING: z.enum(NETWORK_BINDINGS).default('off'),
  KEY_ROTATION_DAYS: z.coerce.number().int().min(0).max(3_650).default(0),
  HANDSTAMP_DATA: optional,
});

export type Env = {
  /** What people type, without a trailing slash. Issuer of every token, audience of cookie tokens. */
  readonly appOrigin: string;
  readonly internalOrigin: string;
  readonly isSecureOrigin: boolean;
  readonly databaseUrl: string;
  readonly authSecrets: readonly Bytes[];
  readonly accessTtlSeconds: number;
  readonly refreshGraceSeconds: number;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly passwordMinLength: number;
  /** 0: nobody in front can be believed, so the network address of a client is unknown. */
  readonly trustedProxyHops: number;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly cronSecret: string | null;
  /** Other origins whose pages may call the API with a Bearer token. */
  readonly corsOrigins: readonly string[];
  /** Resources that a program may ask a token for, besides our own origin. */
  readonly tokenAudiences: readonly string[];
  readonly networkBinding: NetworkBinding;
  /** A signing key gives way to the next after so many days; 0: only by hand. */
  readonly keyRotationDays: number;
  /** Folder of the embedded database, absolute; null on a real one. Demo accounts and the mailbox live and die with it. */
  readonly embeddedDataFolder: string | null;
};

export type EnvResult = { ok: true; env: Env } | { ok: false; faults: string[] };

/** Reads settings from `source`; on failure, one sentence for each wrong field, without its value. */
export function parseEnv(source: Record<string, string | undefined>): EnvResult {
  const parsed = environmentSchema.safeParse(source);
  if (!parsed.success) {
    return { ok: false, faults: parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) };
  }
  const settings = parsed.data;
  const origins = publicOrigins(source);
  if (!origins.ok) return { ok: false, faults: [origins.fault] };
  const { appOrigin, internalOrigin, isSecure } = origins;
  const faults: string[] = [];
  if (settings.REFRESH_GRACE_SECONDS * 2 >= settings.ACCESS_TOKEN_TTL_SECONDS) {
    faults.push('REFRESH_GRACE_SECONDS must stay below half of ACCESS_TOKEN_TTL_SECONDS');
  }
  if (settings.SESSION_IDLE_SECONDS > settings.SESSION_ABSOLUTE_SECONDS) {
    faults.push('SESSION_IDLE_SECONDS must not exceed SESSION_ABSOLUTE_SECONDS');
  }
  if (settings.SESSION_NETWORK_BINDING !== 'off' && settings.TRUSTED_PROXY_HOPS === 0) {
    faults.push('SESSION_NETWORK_BINDING needs TRUSTED_PROXY_HOPS: without a trusted proxy no network is known');
  }
  if (settings.HANDSTAMP_DATA !== null && !isLoopbackHost(new URL(appOrigin).hostname)) {
    faults.push(
      'APP_ORIGIN must be localhost while the embedded database is used: set DATABASE_URL to a real PostgreSQL',
    );
  }
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    env: {
      appOrigin,
      internalOrigin,
      isSecureOrigin: isSecure,
      databaseUrl: settings.DATABASE_URL,
      authSecrets: settings.AUTH_SECRET,
      accessTtlSeconds: settings.ACCESS_TOKEN_TTL_SECONDS,
      refreshGraceSeconds: settings.REFRESH_GRACE_SECONDS,
      idleSeconds: settings.SESSION_IDLE_SECONDS,
      absoluteSeconds: settings.SESSION_ABSOLUTE_SECONDS,
      passwordMinLength: settings.PASSWORD_MIN_LENGTH,
      trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
      smtpUrl: settings.SMTP_URL,
      mailFrom: settings.MAIL_FROM,
      cronSecret: settings.CRON_SECRET,
      corsOrigins: settings.CORS_ORIGINS,
      tokenAudiences: settings.TOKEN_AUDIENCES,
      networkBinding: settings.SESSION_NETWORK_BINDING,
      keyRotationDays: settings.KEY_ROTATION_DAYS,
      embeddedDataFolder: settings.HANDSTAMP_DATA === null ? null : path.resolve(settings.HANDSTAMP_DATA),
    },
  };
}

let parsedOnce: Env | undefined;

/** The settings of this process, parsed on first use. Throws one message that names every wrong field. */
export function env(): Env {
  if (parsedOnce === undefined) {
    const result = parseEnv(process.env);
    if (!result.ok) throw new Error(`Handstamp cannot start: ${result.faults.join('; ')}.`);
    parsedOnce = result.env;
  }
  return parsedOnce;
}
