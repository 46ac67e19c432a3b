import type { Difference } from '../../compare/types.ts';
import { codes } from '../../model/codes.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import { formatPath, isObject, type Path, valueAt } from '../../model/json.ts';
import { type Origin, originsAt } from '../../model/provenance.ts';
import { resourceName } from '../../model/resource.ts';
import { isIstio, resourceOf } from './attribution.ts';
import type { GitTwin } from './stale.ts';
import type { ExaminedProxy, Rejection } from './types.ts';

/** A leaf of a rejected resource with the config behind it. */
interface Suspect {
  origin: Origin;
  value: unknown;
  score: number;
}

/**
 * Names the config that Envoy rejected. Envoy tells a resource and a sentence; the leaf at fault is the one among those
 * that an Istio object produced, and that the proxy has not got, which the sentence fits best: it quotes the value, or
 * names the field (in validation errors in CamelCase: `ConnectTimeout`).
 *
 * @param differences between what the proxy should hold and holds
 */
export function rejectedFindings(
  examined: ExaminedProxy,
  expected: ProxyConfig,
  differences: readonly Difference[],
  gitTwin: GitTwin,
): Finding[] {
  const findings = new Map<string, Finding>();
  for (const rejection of examined.rejections) {
    const origin = culprit(rejection, expected, differences);
    const resource = origin ? resourceName(origin.resource) : `Pod ${examined.proxy.id}`;
    const field = origin ? formatPath(origin.path) : '';
    findings.set(`${resource} ${field}`, {
      code: codes.rejected,
      kind: 'nack',
      severity: 'error',
      resource,
      field,
      location: origin && gitTwin(origin.resource)?.locate(origin.path),
      message: `Envoy rejects ${rejection.type} ${rejection.name || 'updates'}: ${rejection.details || 'it gave no reason'}`,
      expected: origin && valueAt(origin.resource.object, origin.path),
      live: null,
      proxies: [examined.proxy.id],
      layer: 'proxy-rejects',
      effect: effectOf(rejection),
      fix: origin
        ? `correct ${field} of ${resource}, before a pod restarts.`
        : 'see the proxy log for what it rejects.',
      related: [],
    });
  }
  return [...findings.values()];
}

function effectOf({ type, name, holds }: Rejection): string {
  if (name === '')
    return `the former ${type}s keep working in memory; a restarted pod comes up without what was rejected.`;
  if (holds) return `the former ${type} ${name} keeps working in memory; a restarted pod comes up without it.`;
  return `the proxy has no ${type} ${name} at all.`;
}

function culprit(rejection: Rejection, expected: ProxyConfig, differences: readonly Difference[]): Origin | undefined {
  const names = new Set(differences.filter((it) => it.type === rejection.type).map((it) => it.name));
  if (rejection.name !== '') {
    names.clear();
    names.add(rejection.name);
  }
  const suspects = [...names].flatMap((name) => {
    const resource = resourceOf(expected, rejection.type, name);
    return resource ? suspectsIn(resource, rejection.details) : [];
  });
  const patches = suspects.filter((suspect) => suspect.origin.resource.kind === 'EnvoyFilter');
  const pool = patches.length > 0 ? patches : suspects;
  // Of several that fit alike the one that says the most is meant.
  pool.sort((a, b) => b.score - a.score || b.origin.path.length - a.origin.path.length);
  return aboutOrder(rejection.details) ? operationOf(pool[0]?.origin) : pool[0]?.origin;
}

/** `terminal filter named ... must be the last filter`: nothing is wrong with a value, but with where it was put. */
function aboutOrder(details: string): boolean {
  return /must be the last|terminal filter/i.test(details);
}

/** The operation of the patch that a value comes from: it decides where a filter goes. */
function operationOf(origin: Origin | undefined): Origin | undefined {
  const at = origin?.path.indexOf('patch') ?? -1;
  if (origin?.resource.kind !== 'EnvoyFilter' || at < 0) return origin;
  return { ...origin, path: [...origin.path.slice(0, at + 1), 'operation'] };
}

function suspectsIn(resource: object, details: string): Suspect[] {
  const suspects: Suspect[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, Array.isArray(value) ? Number(key) : key]);
      if (!isObject(value) || Object.keys(value).length > 0) return;
    }
    const origin = originsAt(resource, path).find(isIstio);
    if (origin) suspects.push({ origin: itemOf(origin, value), value, score: score(path, value, details) });
  };
  visit(resource, []);
  return suspects;
}

/** A list's item where the origin is the list and holds the value. */
function itemOf(origin: Origin, value: unknown): Origin {
  const list = valueAt(origin.resource.object, origin.path);
  const index = Array.isArray(list) ? list.indexOf(value) : -1;
  return index < 0 ? origin : { ...origin, path: [...origin.path, index] };
}

function score(path: Path, value: unknown, details: string): number {
  let points = 0;
  const text = String(value);
  for (const [, quoted] of details.matchAll(/"([^"]{3,}?)(?:\.\.\.)?"/g))
    if (text.startsWith(quoted ?? '')) points += 4;
  // A plain word may stand in any sentence.
  if (typeof value === 'string' && text.length > 2 && details.includes(text))
    points += /^[a-z]{1,7}$/.test(text) ? 0.5 : 2;
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  const camel = String(key).replace(/(^|_)([a-z])/g, (_, _underscore, letter: string) => letter.toUpperCase());
  // As a word of its own: `RingHashLbConfig` does not speak of a field `config`.
  if (/^\w+$/.test(camel) && new RegExp(`(?<![A-Za-z])${camel}(?![A-Za-z])`).test(details)) points += 3;
  if (typeof key === 'string' && key.length > 3 && details.includes(key)) points += 1;
  // Where Envoy's own code refuses, the sentence names the field in words: `the table size of maglev must be prime`.
  if (typeof key === 'string' && key.includes('_') && details.toLowerCase().includes(key.replaceAll('_', ' ')))
    points += 3;
  return points + likeness(path, text, details.toLowerCase());
}

/**
 * For sentences that name a field by other words than its own (`local rate limit token bucket fill timer must be >= 50ms` of
 * `token_bucket.fill_interval`): what stands above it, words of its name, and whether both speak of a duration.
 */
function likeness(path: Path, value: string, details: string): number {
  const names = path.filter((step): step is string => typeof step === 'string');
  const key = names.pop() ?? '';
  const above = names.some((step) => step.includes('_') && details.includes(step.replaceAll('_', ' ')));
  const words = new Set(details.match(/[a-z]{3,}/g));
  const common = key.split('_').filter((word) => words.has(word)).length;
  const durations = /\d(?:ms|us|s)\b/.test(details) && /^\d[\d.]*(?:ms|us|ns|s)$/.test(value);
  return (above ? 1 : 0) + Math.min(common, 3) * 0.25 + (durations ? 0.5 : 0);
}
