import { explainGateway, explainOutbound, RequestError, readRequest } from '../../explain/index.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { ReviewedRequest } from '../../model/review.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { Mesh } from '../route/mesh.ts';
import { type BoundaryRequest, boundaryRequests } from './boundary-requests.ts';
import { changedHosts } from './changed-hosts.ts';
import { bothInWords, type End, endOf } from './request-end.ts';
import { serverRequests } from './server-requests.ts';

/** So many differences are shown. */
const mostShown = 20;

interface Asked {
  proxy: Proxy;
  domain: string;
  port: number;
  tls: boolean;
  request: BoundaryRequest;
}

interface Difference {
  curl: string;
  base: string;
  head: string;
  proxies: Set<string>;
}

/**
 * Requests that base and head treat differently: made from the matchers of both sides of every virtual host that
 * changes, and sent through both by the request engine. One of each kind of difference is shown.
 *
 * @param changed proxies whose config changes
 */
export function differingRequests(
  base: CompiledMesh,
  head: CompiledMesh,
  changed: ReadonlySet<string>,
): ReviewedRequest[] {
  const [before, after] = [meshOf(base), meshOf(head)];
  const found = new Map<string, Difference>();
  const old = new Map(base.proxies.map((proxy) => [proxy.id, proxy]));
  for (const proxy of head.proxies) {
    const former = old.get(proxy.id);
    if (!former || !changed.has(proxy.id)) continue;
    for (const { domain, port, tls, routes } of changedHosts(base, former, head, proxy)) {
      const shown = new Set<string>();
      for (const request of boundaryRequests(routes)) {
        const asked = { proxy, domain, port, tls, request };
        const [first, second] = [ask(before, base, asked), ask(after, head, asked)];
        if (!first || !second || first.key === second.key) continue;
        // One witness for each kind of difference on a host.
        const kind = `${first.words} ${second.words}`;
        if (shown.has(kind)) continue;
        shown.add(kind);
        const curl = curlOf(asked);
        const key = `${curl} ${kind}`;
        const known = found.get(key) ?? { curl, ...bothInWords(first, second), proxies: new Set() };
        found.set(key, known);
        known.proxies.add(proxy.id);
      }
    }
  }
  const routed = [...found.values()].map(({ proxies, ...rest }) => {
    const [first = ''] = proxies;
    return { from: proxies.size > 1 ? `${first} and ${proxies.size - 1} more` : first, ...rest };
  });
  return [...routed, ...serverRequests(base, head, before, after, changed)].slice(0, mostShown);
}

function meshOf({ registry, config }: CompiledMesh): Mesh {
  return new Mesh(registry, registry.resources('Pod'), config);
}

/** What becomes of a request; undefined where it cannot be told. */
function ask(mesh: Mesh, compiled: CompiledMesh, { proxy, domain, port, tls, request }: Asked): End | undefined {
  const own = compiled.proxies.find(({ id }) => id === proxy.id);
  const sender = own && mesh.sender(own.pod);
  if (!sender) return undefined;
  try {
    const asked = readRequest(
      `${tls ? 'https' : 'http'}://${domain}:${port}${request.path}`,
      request.headers,
      request.method,
    );
    const world = mesh.world({ answer: 200 });
    const explained =
      proxy.type === 'router'
        ? explainGateway(sender, port, asked, undefined, world)
        : explainOutbound(sender, addressOf(compiled, proxy, domain), asked, world);
    return endOf(explained);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

function addressOf({ registry }: CompiledMesh, proxy: Proxy, domain: string): string {
  const service = registry.sidecarScope(proxy).serviceByHostname.get(domain);
  const address = service?.addresses.find((it) => it !== '0.0.0.0');
  // Whatever a name outside of the mesh resolves to; 192.0.2.0/24 is for examples.
  return address ?? '192.0.2.1';
}

/** The request as a line to try; `$GATEWAY` is the address of the gateway. */
function curlOf({ proxy, domain, port, tls, request: { method, path, headers } }: Asked): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const options = headers.map((header) => ` -H ${quoted(header)}`).join('');
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  // The server is chosen by SNI, which curl takes from the URL; -k, because the certificate may be for inner names.
  if (proxy.type === 'router' && tls)
    return `curl -ik${verb} --resolve "${domain}:${port}:$GATEWAY"${options} ${quoted(`https://${domain}:${port}${path}`)}`;
  if (proxy.type === 'router')
    return `curl -i${verb} -H ${quoted(`Host: ${domain}`)}${options} ${quoted(`http://$GATEWAY:${port}${path}`)}`
      .replace("'http://$GATEWAY", '"http://$GATEWAY')
      .replace(/'$/, '"');
  return `curl -i${verb}${options} ${quoted(`http://${domain}:${port}${path}`)}`;
}
