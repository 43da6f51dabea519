import 'server-only';
import { type StatusIndex, statusIndex } from '@/lib/core/status-list/status-index';
import { statusIndexKey } from '@/lib/server/keys/data-keys';

let position: Promise<StatusIndex> | undefined;

/** Where the status of session number n is published. */
export function statusPositions(): Promise<StatusIndex> {
  position ??= statusIndexKey().then(statusIndex);
  position.catch(() => {
    position = undefined;
  });
  return position;
}
