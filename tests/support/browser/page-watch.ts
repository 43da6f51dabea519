import { type BrowserContext, expect, type Request } from '@playwright/test';

/**
 * Writes into `faults` whatever a page of the browser complains about: errors on the console (Chromium reports refused
 * content and failed requests there), exceptions that were not caught, violations of the content security policy; and
 * that a page which had a title has none any more, which a screen reader would tell and a tab would show as an address.
 */
export async function watchPages(context: BrowserContext, faults: string[]): Promise<void> {
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    faults.push(`${message.text()} (${message.location().url}, on ${message.page()?.url()})`);
  });
  context.on('weberror', (error) => {
    faults.push(`${error.error().message} (${error.page()?.url()})`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, sample }) => {
      console.error(`CSP: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`);
    });
    let title = '';
    new MutationObserver(() => {
      if (document.title === '' && title !== '') console.error(`Without a title, which was ${title}`);
      title = document.title;
    }).observe(document, { childList: true, subtree: true });
  });
}

/**
 * Gives a function that waits until no request of the browser is under way. Call it before the first page is opened.
 * Pages fetch ahead of a click: such a request could otherwise renew the tokens that a test has just taken away.
 */
export function watchRequests(context: BrowserContext): () => Promise<void> {
  const underWay = new Set<Request>();
  const end = (request: Request) => underWay.delete(request);
  context.on('request', (request) => underWay.add(request));
  context.on('requestfinished', end);
  context.on('requestfailed', end);
  return () => expect.poll(() => [...underWay].map((request) => request.url())).toEqual([]);
}
