import { replaceAll } from '../../explain/index.ts';
import { isObject, objects } from '../../model/json.ts';
import { seconds } from './seconds.ts';
import type { HeaderReport, SideReport } from './side.ts';

/** A part of a test of istio-config-validator: `redirect`, `rewrite`, ... as its VirtualService would have it. */
type Part = Record<string, unknown>;

/** What a test of istio-config-validator expects; with `want` false none of its parts may be so. */
export interface ValidatorExpectation {
  want: boolean;
  route?: Part[];
  redirect?: Part;
  rewrite?: Part;
  fault?: Part;
  headers?: Part;
  delegate?: Part;
}

/**
 * Holds a request against the parts of such a test, each on its own as there. What the VirtualService would say is looked
 * for in what the proxy does: where the request goes, its Location, path, host, header changes and faults. Only what a
 * part names is looked at.
 *
 * @param url of the request
 */
export function validatorMistakes(expect: ValidatorExpectation, side: SideReport, url: string): string[] {
  const parts: [string, unknown, () => boolean][] = [
    ['route', expect.route, () => goesTo(expect.route ?? [], side)],
    ['redirect', expect.redirect, () => redirects(expect.redirect ?? {}, side, url)],
    ['rewrite', expect.rewrite, () => rewrites(expect.rewrite ?? {}, side, url)],
    ['fault', expect.fault, () => faults(expect.fault ?? {}, side)],
    ['headers', expect.headers, () => changes(expect.headers, side.headers, side.responseHeaders)],
    ['delegate', expect.delegate, () => delegates(expect.delegate ?? {}, side)],
  ];
  return parts.flatMap(([name, part, holds]) => {
    if (part === undefined || holds() === expect.want) return [];
    if (!expect.want) return [`${name} is ${JSON.stringify(part)}, which it must not be`];
    return [`${name} is ${found(name, side)}, expected ${JSON.stringify(part)}`];
  });
}

/** What there is instead, for a person. */
function found(name: string, side: SideReport): string {
  const text: Record<string, unknown> = {
    route: side.clusters.map((it) => it.cluster).join(', '),
    redirect: side.location && `${side.status} to ${side.location}`,
    rewrite: side.rewrittenPath && `${side.rewrittenHost}${side.rewrittenPath}`,
    fault: side.fault && JSON.stringify(side.fault),
    headers: [...side.headers, ...side.responseHeaders].map((it) => `${it.action} ${it.name}: ${it.value}`).join(', '),
    delegate: side.decidedBy[0]?.resource,
  };
  return String(text[name] || 'none');
}

/** A short host name may stand for the full one; a missing port for any. */
function goesTo(route: readonly Part[], side: SideReport): boolean {
  const wanted = route.length > 1 ? route.filter((it) => it['weight'] !== 0) : route;
  if (wanted.length !== side.clusters.length) return false;
  return wanted.every((it) => {
    const destination = isObject(it['destination']) ? it['destination'] : {};
    const host = String(destination['host'] ?? '');
    const wantedPort = isObject(destination['port']) ? destination['port']['number'] : undefined;
    return side.clusters.some(({ cluster, weight, headers, responseHeaders }) => {
      const [, port, subset = '', real = ''] = cluster.split('|');
      const [request, response] =
        wanted.length === 1 ? [side.headers, side.responseHeaders] : [headers, responseHeaders];
      return (
        (real === host || real.startsWith(`${host}.`)) &&
        subset === (destination['subset'] ?? '') &&
        (wantedPort === undefined || port === String(wantedPort)) &&
        (it['weight'] === undefined || wanted.length === 1 || Math.round(weight * 100) === it['weight']) &&
        (it['headers'] === undefined || changes(it['headers'], request, response))
      );
    });
  });
}

function redirects(part: Part, side: SideReport, url: string): boolean {
  const [, scheme, host = '', port, path = ''] =
    /^([a-z]+):\/\/([^/:]*|\[[^\]]*\])(?::(\d+))?([^?]*)/.exec(side.location ?? '') ?? [];
  if (scheme === undefined || side.status !== (part['redirectCode'] || 301)) return false;
  const { uri, authority, port: wantedPort, derivePort } = part;
  const own = new URL(url);
  const derived: Record<string, string | undefined> = {
    FROM_PROTOCOL_DEFAULT: undefined,
    FROM_REQUEST_PORT: own.port === '' ? undefined : own.port,
  };
  return (
    (!part['scheme'] || scheme === part['scheme']) &&
    (!authority || authority === host || authority === `${host}:${port}`) &&
    (!wantedPort || port === String(wantedPort)) &&
    (typeof derivePort !== 'string' || !(derivePort in derived) || port === derived[derivePort]) &&
    (!uri || uri === '%PREFIX()%' || path === uri || continues(path, String(uri).replace('%PREFIX()%', ''), url))
  );
}

function rewrites(part: Part, side: SideReport, url: string): boolean {
  const { authority, uri } = part;
  const path = side.rewrittenPath?.replace(/\?.*$/s, '');
  if (path === undefined) return false;
  const asked = url.replace(/^[^/]*\/\/[^/]*/, '').replace(/\?.*$/s, '');
  const regex = part['uriRegexRewrite'];
  if (isObject(regex) && path !== replaceAll(asked, String(regex['match'] ?? ''), String(regex['rewrite'] ?? '')))
    return false;
  return (
    (!authority || side.rewrittenHost === authority) && (!uri || path === uri || continues(path, String(uri), url))
  );
}

/** Whether a path is a new prefix before what is left of the request's: `/new` and `/x` of `/old/x`. */
function continues(path: string, prefix: string, url: string): boolean {
  const asked = url.replace(/^[^/]*\/\/[^/]*/, '').replace(/[?#].*$/s, '');
  return path.startsWith(prefix) && asked.endsWith(path.slice(prefix.length));
}

const grpcStatus = (
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED ' +
  'RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'
).split(' ');

function faults({ abort, delay }: Part, { fault }: SideReport): boolean {
  const part = (wanted: Part): unknown =>
    isObject(wanted['percentage']) ? wanted['percentage']['value'] : wanted['percent'];
  if (isObject(abort)) {
    const real = fault?.abort;
    if (!real || (part(abort) ?? real.percent) !== real.percent) return false;
    if (abort['httpStatus'] !== undefined && abort['httpStatus'] !== real.httpStatus) return false;
    if (abort['grpcStatus'] !== undefined && grpcStatus.indexOf(String(abort['grpcStatus'])) !== real.grpcStatus)
      return false;
  }
  if (isObject(delay)) {
    const real = fault?.delay;
    if (!real || (part(delay) ?? real.percent) !== real.percent) return false;
    const time = delay['fixedDelay'];
    if (time !== undefined && seconds(time) !== seconds(real.time)) return false;
  }
  return isObject(abort) || isObject(delay) || fault === null;
}

/** Whether the changes of a `headers` are among those that the proxy makes. */
function changes(part: unknown, request: readonly HeaderReport[], response: readonly HeaderReport[]): boolean {
  if (!isObject(part)) return false;
  return Object.entries({ request, response }).every(([side, real]) => {
    const { set, add, remove } = isObject(part[side]) ? part[side] : ({} as Part);
    const has = (action: string, name: string, value?: unknown): boolean =>
      real.some(
        (it) =>
          it.action === action &&
          it.name.toLowerCase() === name.toLowerCase() &&
          (value === undefined || it.value === String(value)),
      );
    return (
      Object.entries(isObject(set) ? set : {}).every(([name, value]) => has('set', name, value)) &&
      Object.entries(isObject(add) ? add : {}).every(([name, value]) => has('add', name, value)) &&
      (Array.isArray(remove) ? remove : []).every((name) => has('remove', String(name)))
    );
  });
}

function delegates({ name, namespace }: Part, side: SideReport): boolean {
  return objects(side.decidedBy).some(({ resource }) => {
    const [, ns, own] = /^VirtualService ([^/]+)\/(.+)$/.exec(String(resource)) ?? [];
    return own === name && (!namespace || ns === namespace);
  });
}
