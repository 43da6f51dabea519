import 'server-only';
import { relyingPartyId } from '@/lib/core/factors/relying-party';
import { env } from './env';

/** Of this site; null where it is reached under an address: no browser makes passkeys there. */
export const ownRelyingPartyId = (): string | null => relyingPartyId(env().appOrigin);

export const arePasskeysAvailable = (): boolean => ownRelyingPartyId() !== null;
