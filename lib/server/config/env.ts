import 'server-only';
import { isLoopbackHost, isVercel, publicOrigins } from '@/lib/core/http/origins';
import { type ParsedSettings, SETTINGS } from './settings';

/** The settings, with the origins as they are used. */
export type Env = Omit<ParsedSettings, 'databasePoolSize' | 'internalOrigin' | 'port'> & {
  /** Connections that this process holds at most. */
  readonly databasePoolSize: number;
  /** Where the server reaches itself. */
  readonly internalOrigin: string;
  /** True when people use https, so that cookies can be marked for it. */
  readonly isSecureOrigin: boolean;
  /** The platform's proxies stand between the server and itself: a call of its own comes from their address. */
  readonly isVercel: boolean;
  /** What opens a protected deployment to the calls that the server makes to itself; Vercel sets it. */
  readonly protectionBypass: string | null;
};

export type EnvResult = { ok: true; env: Env } | { ok: false; faults: string[] };

const POOL_SIZE = 10;
/** A serverless host runs many instances, and they share what the database has. */
const SERVERLESS_POOL_SIZE = 3;

type Source = Readonly<Record<string, string | undefined>>;

/** True on Vercel, where processes and proxies are the platform's. */
export const isOnVercel = (): boolean => isVercel(process.env);

/** True for a production server that Next ends in its own way: see lib/server/maintenance/end-on-signals.ts. */
export const isEndOfNext = (): boolean =>
  process.env.NODE_ENV === 'production' && !process.env['NEXT_MANUAL_SIG_HANDLE'];

/** Reads settings from `source`; on failure, one sentence for each wrong field, without its value. */
export function parseEnv(source: Source): EnvResult {
  const parsed = parseSettings(source);
  if (!parsed.ok) return parsed;
  const origins = publicOrigins(source);
  if (!origins.ok) return { ok: false, faults: [origins.fault] };
  const { appOrigin, internalOrigin, isSecure: isSecureOrigin } = origins;
  const own = {
    appOrigin,
    internalOrigin,
    isSecureOrigin,
    isVercel: isVercel(source),
    databasePoolSize: parsed.settings.databasePoolSize ?? (isVercel(source) ? SERVERLESS_POOL_SIZE : POOL_SIZE),
    protectionBypass: source['VERCEL_AUTOMATION_BYPASS_SECRET'] || null,
  };
  const env: Env = { ...parsed.settings, ...own };
  const faults = contradictions(env);
  return faults.length === 0 ? { ok: true, env } : { ok: false, faults };
}

function parseSettings(source: Source): { ok: true; settings: ParsedSettings } | { ok: false; faults: string[] } {
  const faults: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, { variable, schema }]) => {
    const parsed = schema.safeParse(source[variable]);
    if (!parsed.success) faults.push(...parsed.error.issues.map(({ message }) => `${variable} ${message}`));
    return [name, parsed.data] as const;
  });
  // Each entry has the type of its own schema, which `Object.entries` does not know.
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, settings: Object.fromEntries(entries) as ParsedSettings };
}

/** Settings that are good each and not together. */
function contradictions(env: Env): string[] {
  const { refreshGraceSeconds, accessTtlSeconds, idleSeconds, absoluteSeconds } = env;
  const { networkBinding, trustedProxyHops, embeddedDataFolder, appOrigin } = env;
  const faults: string[] = [];
  if (refreshGraceSeconds * 2 >= accessTtlSeconds) {
    faults.push('REFRESH_GRACE_SECONDS must stay below half of ACCESS_TOKEN_TTL_SECONDS');
  }
  if (idleSeconds > absoluteSeconds) faults.push('SESSION_IDLE_SECONDS must not exceed SESSION_ABSOLUTE_SECONDS');
  if (networkBinding !== 'off' && trustedProxyHops === 0) {
    faults.push('SESSION_NETWORK_BINDING needs TRUSTED_PROXY_HOPS: without a trusted proxy no network is known');
  }
  if (networkBinding !== 'off' && env.isVercel) {
    faults.push('SESSION_NETWORK_BINDING must be off on Vercel: there a refresh comes from an address of the platform');
  }
  if (embeddedDataFolder !== null && !isLoopbackHost(new URL(appOrigin).hostname)) {
    faults.push(
      'APP_ORIGIN must be localhost while the embedded database is used: set DATABASE_URL to a real PostgreSQL',
    );
  }
  return faults;
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
