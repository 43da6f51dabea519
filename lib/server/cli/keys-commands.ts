import 'server-only';
import { keyReport } from '@/lib/server/keys/report';
import { rewrapKeys } from '@/lib/server/keys/rewrap';
import { retireKey, revokeKey, rotateKeys } from '@/lib/server/keys/rotation';
import type { Flags, Typed } from './keys-arguments';
import { showReport } from './keys-report';
import { atTime, pause, showRotation } from './keys-rotation';
import type { Outcome } from './program';

const refused = (sentence: string): Outcome => ({ ok: false, sentence });
const say = (text: string): Outcome => ({ ok: true, text });

/** Does what was typed, and says what came of it. Prints only what cannot wait: how long `--wait` still waits. */
export function runKeysCommand({ command, kid, flags }: Typed): Promise<Outcome> {
  switch (command) {
    case 'status':
      return status(flags.isJson);
    case 'rotate':
      return rotate(flags);
    case 'retire':
      return retire(kid);
    case 'revoke':
      return revoke(kid);
    case 'rewrap':
      return rewrap();
  }
}

async function status(isJson: boolean): Promise<Outcome> {
  const report = await keyReport();
  return say(isJson ? JSON.stringify(report, null, 2) : showReport(report));
}

async function rotate({ algorithm, isWaiting }: Flags): Promise<Outcome> {
  for (;;) {
    const outcome = await rotateKeys(algorithm === null ? {} : { algorithm });
    if (outcome.kind === 'rotated' || !isWaiting) {
      const again = `npm run keys -- rotate${algorithm === null ? '' : ` --alg ${algorithm}`}`;
      const text = showRotation(outcome, again);
      return outcome.kind === 'too_early' ? refused(text) : say(text);
    }
    if (outcome.kind === 'next_replaced') console.log(showRotation(outcome, null));
    await pause(outcome.next.readyAt - outcome.now, `Key ${outcome.next.kid} may sign`);
  }
}

async function retire(kid: string): Promise<Outcome> {
  const outcome = await retireKey(kid);
  switch (outcome.kind) {
    case 'unknown_key':
      return refused(`there is no signing key "${kid}": npm run keys -- status`);
    case 'gone':
      return say(`Key ${kid} is gone already: nobody accepts it.`);
    case 'already_retired':
      return say(`Key ${kid} signs no more. It leaves the key set ${atTime(outcome.publishedUntil)}.`);
    case 'too_early':
      return refused(showRotation(outcome, `npm run keys -- retire ${kid}`));
    default:
      return say(showRotation(outcome, null));
  }
}

async function revoke(kid: string): Promise<Outcome> {
  const outcome = await revokeKey(kid);
  if (outcome.kind === 'unknown_key') return refused(`there is no signing key "${kid}": npm run keys -- status`);
  if (outcome.kind === 'gone') return say(`Key ${kid} is gone already: nobody accepts it.`);
  const { revoked, promoted, next } = outcome;
  const lines = [
    `Key ${revoked.kid} (${revoked.algorithm}) is revoked. This service refuses its tokens within 2 seconds, others once their copy of the key set is a minute old.`,
  ];
  if (promoted !== null) lines.push(`Key ${promoted.kid} (${promoted.algorithm}) signs from now on. Sessions stay.`);
  if (next !== null)
    lines.push(`Key ${next.kid} (${next.algorithm}) is published and may sign ${atTime(next.readyAt)}.`);
  return say(lines.join('\n'));
}

async function rewrap(): Promise<Outcome> {
  const outcome = await rewrapKeys();
  if (outcome.kind === 'cannot_open') {
    const { id, purpose } = outcome;
    return refused(`no entry of AUTH_SECRET opens key ${id} (${purpose}): nothing was changed.`);
  }
  const { moved, total } = outcome;
  if (moved === 0) return say(`All ${total} stored keys were wrapped by the first entry of AUTH_SECRET already.`);
  return say(
    `${moved} of ${total} stored keys are now wrapped by the first entry of AUTH_SECRET. Next: npm run keys -- status`,
  );
}
