import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { env } from '@/lib/server/config/env';

/** Every `aud` that tokens of ours may have: our own origin and `TOKEN_AUDIENCES`. */
export const knownAudiences = (): readonly string[] => [env().appOrigin, ...env().tokenAudiences];

/**
 * The audience that `resource` (RFC 8707 §2) names: our own origin when it is absent. Compared as text, as the RFC asks,
 * but for the slash at the end that URL parsers put behind an origin.
 */
export function audienceOf(resource: string | undefined): Result<string, 'invalid_target'> {
  const { appOrigin } = env();
  if (resource === undefined) return succeed(appOrigin);
  const known = knownAudiences().find((audience) => audience === resource || `${audience}/` === resource);
  return known === undefined ? fail('invalid_target') : succeed(known);
}

/** How a session keeps its audience: null for our own origin, so that it may move with `APP_ORIGIN`. */
export const audienceToKeep = (audience: string): string | null => (audience === env().appOrigin ? null : audience);
