import { type Explanation, explainGateway, explainOutbound, RequestError, readRequest } from '../../explain/index.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { Mesh } from '../route/mesh.ts';
import { usualValues } from '../route/usual-values.ts';
import type { BoundaryRequest } from './boundary/index.ts';

/** A state of the mesh that requests are sent through. */
export interface AskedMesh {
  compiled: CompiledMesh;
  mesh: Mesh;
  proxies: ReadonlyMap<string, Proxy>;
}

/** A request, and who sends it where. */
export interface Asked {
  /** The client's proxy, or the gateway. */
  proxy: Proxy;
  host: string;
  port: number;
  tls: boolean;
  /** Where the client connects to, where that is not what the name stands for. */
  address?: string;
  request: BoundaryRequest;
}

export function askedMesh(compiled: CompiledMesh): AskedMesh {
  const { registry, config } = compiled;
  return {
    compiled,
    mesh: new Mesh(registry, registry.resources('Pod'), (proxy) => usualValues(config(proxy))),
    proxies: new Map(compiled.proxies.map((proxy) => [proxy.id, proxy])),
  };
}

/** What becomes of a request in a state; undefined where nobody can send it. */
export function ask({ compiled, mesh, proxies }: AskedMesh, asked: Asked): Explanation | undefined {
  const { proxy, host, port, tls, request } = asked;
  const own = proxies.get(proxy.id);
  const sender = own && mesh.sender(own.pod);
  if (!sender) return undefined;
  const gateway = own.type === 'router';
  const authority = request.authority ?? (gateway && !tls ? host : undefined);
  const headers = authority === undefined ? request.headers : [`Host: ${authority}`, ...request.headers];
  try {
    const url = `${tls ? 'https' : 'http'}://${host}:${port}${request.path}`;
    const read = readRequest(url, headers, request.method);
    const world = mesh.world({ answer: 200 });
    return gateway
      ? explainGateway(sender, port, read, undefined, world)
      : explainOutbound(sender, asked.address ?? addressOf(compiled, own, host), read, world);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

/** Where a client connects to by address, as a name alone does not lead there; undefined where it does. */
export function connectsTo({ compiled, proxies }: AskedMesh, { proxy, host, address }: Asked): string | undefined {
  const own = proxies.get(proxy.id);
  if (!own || own.type === 'router' || /^[\d.]+$/.test(host)) return undefined;
  const service = compiled.registry.sidecarScope(own).serviceByHostname.get(host);
  if (!service) return address ?? addressOf(compiled, own, host);
  return address !== undefined && !service.addresses.includes(address) ? address : undefined;
}

function addressOf({ registry }: CompiledMesh, proxy: Proxy, host: string): string {
  if (/^[\d.]+$/.test(host)) return host;
  // The cluster's DNS knows a Service that is hidden from the proxy, too.
  const service =
    registry.sidecarScope(proxy).serviceByHostname.get(host) ??
    registry.serviceByHostname(host).find((it) => it.registry === 'Kubernetes');
  const address = service?.addresses.find((it) => it !== '0.0.0.0');
  return address ?? anyAddress;
}

/** Stands for whatever a name outside of the mesh resolves to; 192.0.2.0/24 is for examples. */
export const anyAddress = '192.0.2.1';
