import { RE2JS } from 're2js';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { formatPath, isObject, type JsonObject, objects, type Path } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { hostsOverlap, isIpAddress, isSubsetOf } from '../registry/hostname.ts';
import { findingOf } from './finding.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** What is wrong at a place, behind the field's name, and what to do. */
type Refusal = [path: Path, message: string, fix: string];

/**
 * VirtualServices that their CRD takes and istiod's validating webhook refuses (pkg/config/validation,
 * `ValidateVirtualService`), as far as hosts, routes and their conditions go.
 */
export const refusedVirtualService: Rule = {
  name: 'refused-virtual-service',
  codes: [codes.refusedByIstiod],
  find(mesh) {
    return mesh.registry.resources('VirtualService').flatMap((resource) => judge(mesh, resource));
  },
};

function judge(mesh: CompiledMesh, resource: Resource): Finding[] {
  const written = mesh.written(resource) ?? resource;
  const accepted = mesh.accepted(resource);
  // What the API server has went through the webhook.
  if (accepted && JSON.stringify(accepted.object['spec']) === JSON.stringify(written.object['spec'])) return [];
  return refusals(written.spec).map(([path, message, fix]) =>
    findingOf(mesh, {
      code: codes.refusedByIstiod,
      kind: 'invalid',
      severity: 'error',
      at: { resource: written, path },
      proxies: [],
      message: `${formatPath(path)} ${message}`,
      effect: "istiod's webhook refuses the object, so nothing of it is applied.",
      fix,
    }),
  );
}

function refusals(spec: JsonObject): Refusal[] {
  const hosts = texts(spec['hosts']);
  const lists = { http: objects(spec['http']), tls: objects(spec['tls']), tcp: objects(spec['tcp']) };
  const found: Refusal[] = [...ofHosts(spec, hosts)];
  if (lists.http.length + lists.tls.length + lists.tcp.length === 0)
    found.push([['spec'], 'has no http, tls or tcp routes', 'give it a route.']);
  for (const [index, route] of lists.http.entries())
    found.push(...ofHttp(route, ['spec', 'http', index], hosts.length === 0));
  for (const [index, route] of lists.tls.entries()) found.push(...ofTls(route, ['spec', 'tls', index], hosts));
  for (const [index, route] of lists.tcp.entries())
    if (objects(route['route']).length === 0) found.push([['spec', 'tcp', index], 'has no route', 'give it one.']);
  return found;
}

function ofHosts(spec: JsonObject, hosts: readonly string[]): Refusal[] {
  if (hosts.length === 0)
    return ['gateways', 'tls', 'tcp'].flatMap((key): Refusal[] =>
      Array.isArray(spec[key]) && spec[key].length > 0
        ? [[['spec', key], 'is set in a VirtualService without hosts, which others delegate to', 'drop it.']]
        : [],
    );
  const gateways = texts(spec['gateways']);
  const found: Refusal[] = [];
  const star = hosts.indexOf('*');
  if (star >= 0 && (gateways.length === 0 || gateways.includes('mesh')))
    found.push([['spec', 'hosts', star], 'is *, which the mesh gateway does not take', 'name the hosts.']);
  for (const [index, host] of hosts.entries()) {
    const other = hosts.slice(0, index).find((it) => !isIpAddress(it) && hostsOverlap(it, host));
    if (other !== undefined)
      found.push([['spec', 'hosts', index], `is ${host}, which overlaps with ${other}`, 'drop one of them.']);
  }
  return found;
}

function ofHttp(route: JsonObject, path: Path, isDelegate: boolean): Refusal[] {
  const has = (key: string): boolean => isObject(route[key]);
  const destinations = objects(route['route']);
  const found: Refusal[] = [];
  const clash = (one: string, others: readonly string[]): void => {
    for (const other of others)
      if (other === 'route' ? destinations.length > 0 : has(other))
        found.push([[...path, other], `stands beside ${one}, which excludes it`, 'drop one of them.']);
  };
  if (has('delegate') && isDelegate)
    found.push([[...path, 'delegate'], 'stands in a VirtualService without hosts', 'delegate from the root only.']);
  if (has('delegate') && !isDelegate) clash('delegate', ['redirect', 'route']);
  else if (has('redirect')) clash('redirect', ['route', 'fault', 'rewrite', 'directResponse']);
  else if (has('directResponse')) clash('directResponse', ['route', 'fault', 'rewrite']);
  else if (destinations.length === 0)
    found.push([path, 'has no route, redirect or directResponse', 'give it one of them.']);
  if (has('mirror') && objects(route['mirrors']).length > 0) clash('mirrors', ['mirror']);
  const weights = destinations.map(({ weight }) => Number(weight ?? 0));
  if (weights.length > 1 && weights.every((weight) => weight === 0))
    found.push([[...path, 'route'], 'has several destinations and no weight above 0', 'give them weights.']);
  return [...found, ...objects(route['match']).flatMap((match, index) => ofMatch(match, [...path, 'match', index]))];
}

/** Expressions that RE2 does not read, and conditions that say nothing. */
function ofMatch(match: JsonObject, path: Path): Refusal[] {
  const conditions = ['uri', 'scheme', 'method', 'authority'].map((key) => [[key], match[key]] as const);
  const maps = ['headers', 'queryParams'].flatMap((key) =>
    isObject(match[key]) ? Object.entries(match[key]).map(([name, it]) => [[key, name], it] as const) : [],
  );
  return [...conditions, ...maps].flatMap(([steps, condition]): Refusal[] => {
    const regex = isObject(condition) ? condition['regex'] : undefined;
    if (typeof regex !== 'string' || (regex !== '' && isExpression(regex))) return [];
    const message = regex === '' ? 'is empty' : `is ${JSON.stringify(regex)}, which is no expression of RE2`;
    return [[[...path, ...steps, 'regex'], message, 'correct it; RE2 knows no lookaround and no back references.']];
  });
}

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}

function ofTls(route: JsonObject, path: Path, hosts: readonly string[]): Refusal[] {
  const matches = objects(route['match']);
  const found: Refusal[] = [];
  if (matches.length === 0) found.push([path, 'has no match', 'name the SNI hosts.']);
  if (objects(route['route']).length === 0) found.push([path, 'has no route', 'give it one.']);
  for (const [index, match] of matches.entries()) {
    const names = texts(match['sniHosts']);
    if (names.length === 0) found.push([[...path, 'match', index], 'has no sniHosts', 'name at least one.']);
    for (const [number, name] of names.entries())
      if (!isIpAddress(name) && !hosts.some((host) => isSubsetOf(name, host)))
        found.push([
          [...path, 'match', index, 'sniHosts', number],
          `is ${name}, which none of the hosts covers (${hosts.join(', ')})`,
          'add it to the hosts, or correct it.',
        ]);
  }
  return found;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
