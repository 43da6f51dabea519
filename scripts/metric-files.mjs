// @ts-check
// What is made of the list of metrics: the table for people and the dashboard for Grafana. Pure, for the program and its test.

/**
 * @typedef {readonly string[] | { says: string }} Values
 * @typedef {{ kind: 'counter' | 'histogram' | 'gauge', unit: string, says: string, alarm: string | null,
 *   attributes: Readonly<Record<string, Values>> }} Metric
 * @typedef {Readonly<Record<string, Metric>>} Metrics
 */

const UNITS = /** @type {Readonly<Record<string, { word: string, grafana: string }>>} */ ({
  s: { word: 'seconds', grafana: 's' },
  By: { word: 'bytes', grafana: 'bytes' },
  1: { word: '', grafana: 'short' },
});

/**
 * The name under which Prometheus finds a metric at `METRICS_PORT`.
 *
 * @param {string} name
 * @param {Metric} metric
 */
export const prometheusName = (name, { kind }) =>
  `${name.replace(/[^A-Za-z0-9]/g, '_')}${kind === 'counter' ? '_total' : ''}`;

/** @param {string} attribute */
const label = (attribute) => attribute.replace(/[^A-Za-z0-9]/g, '_');

/** @param {Metrics} metrics */
export function metricsDocument(metrics) {
  const rows = Object.entries(metrics).map(([name, metric]) => {
    const unit = UNITS[metric.unit]?.word ?? metric.unit;
    const attributes = Object.entries(metric.attributes).map(([one, values]) => `\`${one}\`: ${valuesOf(values)}`);
    return [
      `\`${name}\``,
      `${metric.kind}${unit === '' ? '' : `, ${unit}`}`,
      metric.says,
      attributes.join('; ') || '-',
      metric.alarm ?? '-',
    ];
  });
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [
    '# Metrics',
    '',
    'Made by `npm run metrics` from `lib/server/observability/metric-list.ts`, as is `ops/dashboard.json`. How to collect them: [Operate](operate.md#telemetry).',
    '',
    'No person, session, network or address is an attribute of any of them. Prometheus finds a metric under its name with `_` in place of everything else, and `_total` behind that of a counter. A gauge tells of one process, or of the database that all share.',
    '',
    '| metric | kind | what | attributes | look at it when |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

/** @param {Values} values */
const valuesOf = (values) => ('says' in values ? values.says : values.map((value) => `\`${value}\``).join(', '));

/** Grafana asks which Prometheus it is. */
const INPUT = 'DS_PROMETHEUS';
const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/**
 * For Grafana: one panel a metric. It asks for a Prometheus as an input when it is imported.
 *
 * @param {Metrics} metrics
 */
export function dashboard(metrics) {
  const datasource = { type: 'prometheus', uid: `\${${INPUT}}` };
  const panels = Object.entries(metrics).map(([name, metric], at) => ({
    id: at + 1,
    type: 'timeseries',
    title: name,
    description: metric.alarm === null ? metric.says : `${metric.says}. Look at it when: ${metric.alarm}.`,
    datasource,
    gridPos: { h: HEIGHT, w: WIDTH, x: (at % COLUMNS) * WIDTH, y: Math.floor(at / COLUMNS) * HEIGHT },
    fieldConfig: { defaults: { unit: panelUnit(metric), min: 0 }, overrides: [] },
    targets: queries(name, metric).map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
    })),
  }));
  return {
    __inputs: [
      {
        name: INPUT,
        label: 'Prometheus',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    title: 'Handstamp',
    uid: 'handstamp',
    schemaVersion: 39,
    version: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    tags: ['handstamp'],
    templating: { list: [] },
    annotations: { list: [] },
    panels,
  };
}

/** @param {Metric} metric */
const panelUnit = (metric) => (metric.kind === 'counter' ? 'ops' : (UNITS[metric.unit]?.grafana ?? 'short'));

/** @param {string} name @param {Metric} metric @returns {{ expr: string, legend: string }[]} */
function queries(name, metric) {
  const asked = prometheusName(name, metric);
  const labels = Object.keys(metric.attributes).map(label);
  const legend = labels.map((one) => `{{${one}}}`).join(' ') || name;
  const by = labels.length === 0 ? '' : ` by (${labels.join(', ')})`;
  if (metric.kind === 'counter') return [{ expr: `sum${by} (rate(${asked}[$__rate_interval]))`, legend }];
  if (metric.kind === 'gauge') return [{ expr: `max${by} (${asked})`, legend }];
  return [0.5, 0.99].map((share) => ({
    expr: `histogram_quantile(${share}, sum by (le) (rate(${asked}_bucket[$__rate_interval])))`,
    legend: `p${share * 100}`,
  }));
}

/** @param {Metrics} metrics */
export const dashboardText = (metrics) => `${JSON.stringify(dashboard(metrics), null, 2)}\n`;
