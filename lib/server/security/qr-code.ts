import 'server-only';
import { encode } from 'uqr';

/** A QR code as one drawing: `path` of an SVG whose view box is `0 0 size size`, with the quiet zone around it. */
export type QrCode = { readonly size: number; readonly path: string };

/** Light modules around the code (ISO/IEC 18004 §9.1). */
const QUIET_MODULES = 4;

/** Draws `text` by rows of dark modules: one path, which needs no style and so no exception from our policy. */
export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'L', border: QUIET_MODULES });
  const rows = data.map((row, y) => {
    const runs: string[] = [];
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      const start = x;
      while (row[x + 1] === true) x += 1;
      const length = x + 1 - start;
      runs.push(`M${start} ${y}h${length}v1h-${length}z`);
    }
    return runs.join('');
  });
  return { size, path: rows.join('') };
}
