import 'server-only';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { RouteOf } from './route-names';

/** The attributes that leave this process. Next says the whole address of a request in others, secrets of links included. */
const KEPT = [
  'http.request.method',
  'http.method',
  'http.route',
  'next.route',
  'http.response.status_code',
  'http.status_code',
  'next.span_type',
];
const OURS = /^handstamp\./;

/** How Next works inside: more than half of its spans, and nothing that anybody here could change. They have no children. */
const NOISE = [
  'LoadComponents.loadRouteModule',
  'NextNodeServer.findPageComponents',
  'NextNodeServer.clientComponentLoading',
  'NextNodeServer.createComponentTree',
  'NextNodeServer.getLayoutOrPageModule',
  'NextNodeServer.startResponse',
  'RouteModule.prepare',
  'AppRouteRouteModule.loadUserland',
];

const ADDRESS = /(?:https?:\/)?\/\S*/;

/**
 * What a span may say to whoever collects it: its name, with a route in place of an address, times, whether it failed, and
 * the attributes above. What it was told of an error stays here: messages quote what was sent, and the log has them,
 * scrubbed.
 */
export function withheldSpan(span: ReadableSpan, routeOf: RouteOf): ReadableSpan {
  return Object.create(span, {
    name: { value: span.name.replace(ADDRESS, (address) => routeIn(address, routeOf)), enumerable: true },
    attributes: { value: keptOf(span.attributes, routeOf), enumerable: true },
    events: { value: [], enumerable: true },
    links: { value: [], enumerable: true },
    status: { value: { code: span.status.code }, enumerable: true },
  }) as ReadableSpan;
}

/** The segment of a group, such as `(member)`, is part of no address, and a route of ours is its own name. */
function routeIn(address: string, routeOf: RouteOf): string {
  if (URL.canParse(address)) return routeOf(new URL(address).pathname);
  return routeOf(address.replace(/\/\([a-z]+\)/g, '').replace(/\/(?:page|route)$/, '') || '/');
}

function keptOf(attributes: Attributes, routeOf: RouteOf): Attributes {
  const kept = Object.entries(attributes).filter(([name]) => KEPT.includes(name) || OURS.test(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      name.endsWith('.route') && typeof value === 'string' ? routeIn(value, routeOf) : value,
    ]),
  );
}

const isNoise = ({ attributes }: ReadableSpan): boolean => NOISE.includes(String(attributes['next.span_type']));

/** `exporter`, which is given spans without what they must not say. */
export function withholding(exporter: SpanExporter, routeOf: RouteOf): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.filter((span) => !isNoise(span)).map((span) => withheldSpan(span, routeOf)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
