import { type Answer, type RequestOptions, send, type Target } from './requests';

/** A cookie jar that requests of any number share, as the tabs of one browser do. */
export type Browser = {
  /** What the jar holds now. */
  readonly jar: ReadonlyMap<string, string>;
  request(path: string, options?: Omit<RequestOptions, 'cookies'>): Promise<Answer>;
};

/** Opens a browser that talks to `target` and already holds `cookies`. */
export function openBrowser(target: Target, cookies: Readonly<Record<string, string>> = {}): Browser {
  const jar = new Map(Object.entries(cookies));
  return {
    jar,
    async request(path, options = {}) {
      const held = jar.size > 0 ? { cookies: Object.fromEntries(jar) } : {};
      const answer = await send(target, path, { ...options, ...held });
      for (const [name, value] of Object.entries(answer.cookies)) {
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    },
  };
}
