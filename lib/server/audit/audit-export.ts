import 'server-only';
import { recordAudit } from './audit-log';
import { type AuditFilter, readEvents } from './audit-search';
import { eventView } from './event-view';

/** Events of one statement of an export. */
const BATCH = 1_000;

/** Who takes a copy of the log. */
export type Exporter = { readonly adminId: string; readonly ip: string | null; readonly userAgent: string | null };

/**
 * The audit log as lines of JSON (NDJSON), newest first, read in batches while it is sent: it is never whole in memory,
 * and a reader who is slow or goes away stops the reading. That it was taken is recorded before the first line, and is not
 * in it.
 */
export async function exportAudit(filter: AuditFilter, exporter: Exporter): Promise<ReadableStream<Uint8Array>> {
  let batch = await readEvents(filter, { before: null, limit: BATCH });
  await recordAudit({
    type: 'audit_exported',
    userId: exporter.adminId,
    actorId: exporter.adminId,
    ip: exporter.ip,
    userAgent: exporter.userAgent,
    details: said(filter),
  });
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const last = batch.at(-1);
        if (last === undefined) return controller.close();
        controller.enqueue(encoder.encode(batch.map((row) => `${JSON.stringify(eventView(row))}\n`).join('')));
        if (batch.length < BATCH) return controller.close();
        batch = await readEvents(filter, { before: last.id, limit: BATCH });
      },
    },
    // One batch ahead of the reader, and no more.
    { highWaterMark: 1 },
  );
}

/** The filter as details of an event: which part of the log was taken. */
function said({ type, user, actor, from, to }: AuditFilter): Record<string, string> {
  const parts = { type, user, actor, from: from?.toISOString(), to: to?.toISOString() };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
