/** What one tab tells the others of this browser. */
export type SessionMessage = 'signed-in' | 'stepped-up' | 'signed-out';

const MESSAGES: readonly unknown[] = ['signed-in', 'stepped-up', 'signed-out'] satisfies readonly SessionMessage[];
const isMessage = (value: unknown): value is SessionMessage => MESSAGES.includes(value);

/** One for the document, made when it is needed: a channel hears every tab but its own. */
let channel: BroadcastChannel | undefined;

function openChannel(): BroadcastChannel {
  channel ??= new BroadcastChannel('handstamp');
  return channel;
}

/** Tells the other tabs; the tab that tells does not hear it. */
export const tellOtherTabs = (message: SessionMessage): void => openChannel().postMessage(message);

/** Calls `hear` for every message of another tab, until the returned function is called. */
export function listenToOtherTabs(hear: (message: SessionMessage) => void): () => void {
  const onMessage = ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) hear(data);
  };
  const open = openChannel();
  open.addEventListener('message', onMessage);
  return () => open.removeEventListener('message', onMessage);
}
