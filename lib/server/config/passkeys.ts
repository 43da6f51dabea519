import 'server-only';
import { relyingPartyId } from '@/lib/core/factors/relying-party';
import { env } from './env';

/** False where the site is reached under an address: no browser makes passkeys there. */
export const arePasskeysAvailable = (): boolean => relyingPartyId(env().appOrigin) !== null;
