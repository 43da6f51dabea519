import { NOBODY, summary } from './facts';

/** The floor: a JSON answer without any check. */
export const GET = async () => Response.json(summary(NOBODY), { headers: { 'cache-control': 'private, no-store' } });
