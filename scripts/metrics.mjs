// @ts-check
// `npm run metrics`: writes docs/metrics.md and ops/dashboard.json from lib/server/observability/metric-list.ts.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { METRICS } from '../lib/server/observability/metric-list';
import { dashboardText, metricsDocument } from './metric-files.mjs';
import { ROOT, runScript } from './processes.mjs';

await runScript(async () => {
  await mkdir(path.join(ROOT, 'ops'), { recursive: true });
  await writeFile(path.join(ROOT, 'docs/metrics.md'), metricsDocument(METRICS));
  await writeFile(path.join(ROOT, 'ops/dashboard.json'), dashboardText(METRICS));
});
