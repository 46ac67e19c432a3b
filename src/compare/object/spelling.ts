/**
 * When two spellings of one value mean the same to Istio. A difference of spelling alone is `weak`: it is reported only
 * where it changes what a proxy gets.
 */
import type { Path } from '../../model/json.ts';
import { isObject, ownValue } from '../../model/json.ts';

const durationKey = /(timeout|duration|interval|time|delay|age|ttl|window|delta|keepalive)$/i;
const unitNanoseconds: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/**
 * Nanoseconds of a Go duration (`1.5s`, `1m30s`; the API server takes both Go's and protobuf's form), or undefined for
 * a string of another form.
 */
function durationNanoseconds(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitNanoseconds[unit ?? ''] ?? 0);
  }
  return Math.round(text.startsWith('-') ? -total : total);
}

/** A host as Istio reads it in `namespace`: a name without a dot is a Service there (`ResolveShortnameToFQDN`). */
function fullHost(host: string, namespace: string): string {
  if (host === '' || host === '*' || host.includes('.') || host.includes('/') || host.includes(':')) return host;
  return `${host}.${namespace}.svc.cluster.local`;
}

/** One form of what may be written in several, by the field that holds it. */
const canonicalForms = new Map<string, (value: string, namespace: string) => string>([
  ['host', fullHost],
  // Of a Sidecar and of a Gateway's server they may begin with a namespace; `*` is what they mean without.
  ['hosts', (host, namespace) => fullHost(inNamespace(host, namespace).replace(/^\*\//, ''), namespace)],
  [
    'gateways',
    (name, namespace) => (/[/.]/.test(name) || name === 'mesh' ? inNamespace(name, namespace) : `${namespace}/${name}`),
  ],
  ['exportTo', (name, namespace) => (name === '.' ? namespace : name)],
  ...['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'].map((key) => [key, block] as const),
]);

/** `./x` is `x` of the own namespace. */
function inNamespace(name: string, namespace: string): string {
  return name.replace(/^\.\//, `${namespace}/`);
}

/** A single address is a block of one (`util.AddrStrToCidrRange`). */
function block(text: string): string {
  return text.includes(':') ? text.replace(/\/128$/, '') : text.replace(/\/32$/, '');
}

/** Whether two scalars at `path` of objects in `namespace` are spellings of one value. */
export function sameSpelling(left: unknown, right: unknown, path: Path, namespace: string): boolean {
  if (left === right) return true;
  const key = lastKey(path);
  if (typeof left === 'string' && typeof right === 'string') {
    if (durationKey.test(key)) {
      const duration = durationNanoseconds(left);
      if (duration !== undefined && duration === durationNanoseconds(right)) return true;
    }
    // Istio parses protocols in any case.
    if (key === 'protocol') return left.toLowerCase() === right.toLowerCase();
    const canonical = canonicalForms.get(key);
    return canonical !== undefined && canonical(left, namespace) === canonical(right, namespace);
  }
  return false;
}

const defaults: Record<string, unknown[]> = {
  weight: [100, 1],
  gateways: [['mesh']],
  exportTo: [['*']],
  action: ['ALLOW'],
  group: ['', 'gateway.networking.k8s.io'],
  kind: ['Service', 'Gateway'],
  resolution: ['NONE'],
  location: ['MESH_EXTERNAL'],
};

/** Whether a value that only one side writes may be what the other side means by leaving it out. */
export function mayBeDefault(value: unknown, path: Path): boolean {
  if (value === null || value === false || value === 0 || value === '' || value === undefined) return true;
  if (Array.isArray(value) && value.length === 0) return true;
  if (isObject(value)) return Object.entries(value).every(([key, item]) => mayBeDefault(item, [...path, key]));
  return (ownValue(defaults, lastKey(path)) ?? []).some((item) => JSON.stringify(item) === JSON.stringify(value));
}

function lastKey(path: Path): string {
  const key = path.findLast((step) => typeof step === 'string');
  return typeof key === 'string' ? key : '';
}
