import 'server-only';
import { after } from 'next/server';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { log } from '@/lib/server/observability/logger';
import type { Begun } from './register';

/** Records that somebody signed up with an address that has an account, once the answer is out: nothing shows in its time. */
export function traceRepeatedSignUp({ knownUserId }: Begun, { ip, userAgent }: RequestFacts): void {
  if (knownUserId === null) return;
  after(async () => {
    try {
      await recordRepeated({ type: 'sign_up_repeated', userId: knownUserId, ip, userAgent }, knownUserId);
    } catch (error) {
      log.error('audit.lost', { error });
    }
  });
}
