/** What one tab tells the others of this browser. */
export type SessionMessage = 'signed-in' | 'signed-out';

const NAME = 'handstamp';
const isMessage = (value: unknown): value is SessionMessage => value === 'signed-in' || value === 'signed-out';

/** Tells the other tabs; the tab that tells does not hear it. */
export function tellOtherTabs(message: SessionMessage): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(message);
  channel.close();
}

/** Calls `hear` for every message of another tab, until the returned function is called. */
export function listenToOtherTabs(hear: (message: SessionMessage) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) hear(data);
  };
  return () => channel.close();
}
