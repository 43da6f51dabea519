import { NOBODY, summary } from './facts';

/** The floor: a JSON answer that asks nobody. */
export const GET = async () => Response.json(summary(NOBODY), { headers: { 'cache-control': 'private, no-store' } });
