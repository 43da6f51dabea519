'use client';

import { useLayoutEffect, useState } from 'react';
import { inLocalTime, inUtc, type Precision } from './times';

/**
 * A time as the reader's own clock says it; in UTC, and named so, until scripts run. Keep it at the end of a line: the
 * room of the longer UTC text is kept free (`.local-time` in base.css), so that nothing moves.
 */
export function LocalTime({ at, precision = 'minutes' }: { at: string; precision?: Precision }) {
  const utc = inUtc(at, precision);
  const [text, setText] = useState(utc);
  useLayoutEffect(() => setText(inLocalTime(at, precision)), [at, precision]);
  return (
    <time dateTime={at} data-utc={utc} className="local-time">
      {text}
    </time>
  );
}
