// @ts-check
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Whatever is below a folder: files, folders and links. @param {string} folder */
export function filesBelow(folder) {
  return readdir(folder, { recursive: true, withFileTypes: true });
}

/** Bytes of all files below a folder. @param {string} folder */
export async function sizeOf(folder) {
  const files = (await filesBelow(folder)).filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await lstat(path.join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
