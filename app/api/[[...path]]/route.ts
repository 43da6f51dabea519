import { problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const nothing = async () => problem('not_found');

// Every other address below `/api`, so that programs get a problem and not a page.
export const GET = publicRoute('GET /api/[[...path]]', {}, nothing);
export const POST = publicRoute('POST /api/[[...path]]', {}, nothing);
export const PUT = publicRoute('PUT /api/[[...path]]', {}, nothing);
export const PATCH = publicRoute('PATCH /api/[[...path]]', {}, nothing);
export const DELETE = publicRoute('DELETE /api/[[...path]]', {}, nothing);
