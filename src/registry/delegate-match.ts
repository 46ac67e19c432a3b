import { isObject } from '../model/json.ts';
import { standsFor } from '../model/provenance.ts';
import { joinNames } from './delegate.ts';

type Match = Record<string, unknown>;

const stringMatches = ['uri', 'scheme', 'method', 'authority'];
const stringMatchMaps = ['headers', 'withoutHeaders', 'queryParams'];

/** A delegate's match inside one of its root's (model.mergeHTTPMatchRequest): the delegate's own fields win. */
export function mergeMatch(root: Match, delegate: Match): Match {
  const merged: Match = { ...delegate };
  const name = joinNames(root['name'], delegate['name']);
  if (name) merged['name'] = name;
  for (const field of [...stringMatches, 'port', 'sourceNamespace', 'statPrefix'])
    if (!delegate[field] && root[field] !== undefined) merged[field] = root[field];
  for (const field of [...stringMatchMaps, 'sourceLabels']) {
    const [below, above] = [root[field], delegate[field]];
    if (isObject(below)) merged[field] = isObject(above) ? standsFor({ ...below, ...above }, above) : below;
  }
  const gateways = delegate['gateways'];
  if (!(Array.isArray(gateways) && gateways.length > 0) && root['gateways'] !== undefined)
    merged['gateways'] = root['gateways'];
  return standsFor(merged, delegate);
}

/** Whether a delegate's match asks for something that the root's excludes (model.hasConflict). */
export function matchConflict(root: Match, leaf: Match): boolean {
  if (stringMatches.some((field) => stringConflict(root[field], leaf[field]))) return true;
  for (const field of stringMatchMaps) {
    const [below, above] = [root[field], leaf[field]];
    if (!isObject(above)) continue;
    for (const [key, value] of Object.entries(above))
      if (isObject(below) && stringConflict(below[key], value)) return true;
  }
  if (Boolean(root['ignoreUriCase']) !== Boolean(leaf['ignoreUriCase'])) return true;
  if (root['port'] && leaf['port'] && root['port'] !== leaf['port']) return true;
  if (root['sourceNamespace'] && leaf['sourceNamespace'] !== root['sourceNamespace']) return true;
  return (
    labelsConflict(root['sourceLabels'], leaf['sourceLabels']) || gatewaysConflict(root['gateways'], leaf['gateways'])
  );
}

function labelsConflict(root: unknown, leaf: unknown): boolean {
  if (!isObject(root) || !isObject(leaf)) return false;
  return Object.entries(leaf).some(([key, value]) => root[key] !== undefined && root[key] !== value);
}

function gatewaysConflict(root: unknown, leaf: unknown): boolean {
  if (!Array.isArray(root) || !Array.isArray(leaf) || root.length === 0 || leaf.length === 0) return false;
  return root.length < leaf.length || leaf.some((gateway) => !root.includes(gateway));
}

/** Whether one string match cannot lie within the other (model.stringMatchConflict). */
function stringConflict(root: unknown, leaf: unknown): boolean {
  if (!isObject(root) || !isObject(leaf)) return false;
  const text = (match: Record<string, unknown>, key: string): string => String(match[key] ?? '');
  const any = (match: Record<string, unknown>): boolean =>
    text(match, 'regex') !== '' || text(match, 'prefix') !== '' || text(match, 'exact') !== '';
  if (text(root, 'regex') !== '' && any(leaf)) return true;
  if (text(leaf, 'regex') !== '' && any(root)) return true;
  const [exact, prefix] = [text(root, 'exact'), text(root, 'prefix')];
  if (exact !== '') return text(leaf, 'prefix') !== '' || text(leaf, 'exact') !== exact;
  if (prefix !== '') {
    if (text(leaf, 'prefix') !== '') return !text(leaf, 'prefix').startsWith(prefix);
    if (text(leaf, 'exact') !== '') return !text(leaf, 'exact').startsWith(prefix);
  }
  return true;
}
