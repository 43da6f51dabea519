import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands where the issuer should be, and redirects every request to it. */
export type RedirectingFront = {
  readonly origin: string;
  /** From now on it answers for these paths itself, with what the issuer says there. */
  answer(...paths: readonly string[]): void;
  close(): Promise<void>;
};

/** Starts one in front of `issuerUrl`: at first every request gets a 302. */
export async function startRedirectingFront(issuerUrl: string): Promise<RedirectingFront> {
  let answered: readonly string[] = [];
  const server = createServer(async (request, response) => {
    const place = `${issuerUrl}${request.url}`;
    if (!answered.includes(request.url ?? '')) return response.writeHead(302, { location: place }).end();
    const answer = await fetch(place);
    return response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    answer(...paths) {
      answered = paths;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
