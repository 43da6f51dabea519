import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inject } from 'vitest';
import { env } from '@/lib/server/config/env';
import { pepperKeys } from '@/lib/server/keys/data-keys';
import { hashWhenFree } from '@/lib/server/passwords/hasher';

/** Everybody's here. */
export const PASSWORD = 'seven-lanterns-cross-the-quiet-marsh';

let stored: Promise<string> | undefined;

/**
 * What this test file's database keeps of `PASSWORD`. To make it takes a third of a second and a thread of its own, so the
 * files of a run share it: their databases are copies of one, and so have the same pepper. Another pepper, or another cost, has another hash.
 */
export function storedPassword(): Promise<string> {
  stored ??= findOrMake();
  return stored;
}

async function findOrMake(): Promise<string> {
  const { current } = await pepperKeys();
  const file = path.join(inject('sharedFolder'), `password-${current.id}-${env().passwordHashCost}`);
  const found = await readFile(file, 'utf8').catch(() => null);
  if (found !== null) return found;
  const hashed = await hashWhenFree('tests', PASSWORD);
  if (!hashed.ok) throw new Error(`The test password could not be hashed: ${hashed.code}`);
  // Under its name it is whole: others may look for it at this moment.
  const own = `${file}-${process.pid}`;
  await writeFile(own, hashed.value);
  await rename(own, file);
  return hashed.value;
}
