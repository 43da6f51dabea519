import { gzipSync } from 'node:zlib';

export type PageScript = { readonly files: number; readonly gzipBytes: number };

/**
 * The script of a page as a browser of today loads it: every chunk that its HTML names, for its own elements or for React,
 * and what stands in the HTML itself, each compressed by itself. Without the polyfills that only old browsers load.
 */
export async function scriptOf(origin: string, path: string): Promise<PageScript> {
  const answer = await fetch(`${origin}${path}`, { headers: { accept: 'text/html' } });
  const html = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  const old = new Set([...html.matchAll(/<script[^>]*noModule[^>]*>/gi)].flatMap(([tag]) => chunksIn(tag)));
  const chunks = [...new Set(chunksIn(html))].filter((chunk) => !old.has(chunk));
  const sizes = await Promise.all(
    chunks.map(async (chunk) => {
      const file = await fetch(`${origin}/_next/${chunk}`);
      if (file.status !== 200) throw new Error(`${chunk}: ${file.status}`);
      return gzipSync(Buffer.from(await file.arrayBuffer())).length;
    }),
  );
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, text]) => text)
    .join('');
  return { files: chunks.length, gzipBytes: sizes.reduce((sum, size) => sum + size, 0) + gzipSync(inline).length };
}

/** Addresses below `/_next/`, as elements and React's own rows write them. */
const chunksIn = (text: string): string[] =>
  [...text.matchAll(/static\/chunks\/[^"'\\\s?]+\.js/g)].map(([address]) => address);
