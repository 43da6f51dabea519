import { BadAnswer } from './deadline';

/**
 * The text of a body of at most `maxBytes`; what is longer is no answer of ours, and is not read on: it may be the
 * download of some proxy in between, without an end. Reading stops when `signal` is aborted.
 */
export async function boundedText({ body }: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > maxBytes) {
      stop();
      throw new BadAnswer('body_too_large');
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}

/** Says that nobody reads this body, so that its connection is free again. It is not waited for. */
export const dropBody = ({ body }: Response): void => void body?.cancel().catch(() => undefined);
