import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { METRICS, type Metric } from '@/lib/server/observability/metric-list';
import { dashboard, dashboardText, metricsDocument, prometheusName } from '@/scripts/metric-files.mjs';

const all = Object.entries(METRICS as Readonly<Record<string, Metric>>);

/** Words of which the value would be a person, or what a person holds or comes from. */
const OF_A_PERSON =
  /user|person|session|sid|sub|mail|name|address|network|ip$|device|agent|token|cookie|client\.id|account/i;

describe('the list of metrics', () => {
  test('has no attribute that is about a person, a session or an address', () => {
    const attributes = all.flatMap(([, metric]) => Object.keys(metric.attributes));
    expect(attributes.length).toBeGreaterThan(8);
    expect(attributes.filter((attribute) => OF_A_PERSON.test(attribute))).toEqual([]);
    expect(['user.id', 'session', 'client.address', 'enduser.email'].filter((word) => !OF_A_PERSON.test(word))).toEqual(
      [],
    );
  });

  test('bounds what each attribute can say', () => {
    const open = all.flatMap(([, metric]) =>
      Object.values(metric.attributes).filter((values) =>
        'shape' in values
          ? ['somebody@example.com', '198.51.100.7', 'A'.repeat(22), 'eyJhbGciOiJFUzI1NiJ9.e30.x'].some((text) =>
              values.shape.test(text),
            )
          : values.length > 20,
      ),
    );
    expect(open).toEqual([]);
  });

  test('is what docs/metrics.md and ops/dashboard.json were made of: `npm run metrics`', () => {
    expect(readFileSync('docs/metrics.md', 'utf8')).toBe(metricsDocument(METRICS));
    expect(readFileSync('ops/dashboard.json', 'utf8')).toBe(dashboardText(METRICS));
  });

  test('has a panel for each metric, which asks for it by its name in Prometheus', () => {
    const { panels } = dashboard(METRICS);
    expect(panels.map(({ title }) => title)).toEqual(all.map(([name]) => name));
    for (const [at, [name, metric]] of all.entries()) {
      const asked = panels[at]?.targets.map(({ expr }) => expr) ?? [];
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.every((expr) => expr.includes(prometheusName(name, metric)))).toBe(true);
    }
  });
});
