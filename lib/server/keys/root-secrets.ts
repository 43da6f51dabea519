import 'server-only';
import { importRootSecrets, type RootSecrets } from '@/lib/core/keys/auth-secret';
import { env } from '@/lib/server/config/env';

let roots: Promise<RootSecrets> | undefined;

/** The entries of `AUTH_SECRET`, ready for derivation. */
export function rootSecrets(): Promise<RootSecrets> {
  roots ??= importRootSecrets(env().authSecrets);
  return roots;
}
