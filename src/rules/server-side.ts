import { subsetOf } from '../compile/endpoint/subset.ts';
import { mtlsMode } from '../compile/security/peer-authentication.ts';
import { isObject } from '../model/json.ts';
import { type Origin, placeOf } from '../model/provenance.ts';
import type { Proxy } from '../model/proxy.ts';
import type { Endpoint, Registry, Service, SidecarScope } from '../registry/types.ts';
import { matchesLabels } from '../registry/workload-labels.ts';

/** A server that refuses what clients send. */
export interface Refusing {
  /** `namespace/workload`. */
  server: string;
  /** The PeerAuthentication's key that makes it refuse, if one does. */
  policy: Origin | undefined;
}

/** What the workloads behind services take. */
export class ServerSides {
  readonly #registry: Registry;
  readonly #proxies = new Map<string, Proxy>();
  readonly #pods = new Set<string>();
  readonly #known = new Map<string, Refusing | undefined>();

  constructor(registry: Registry) {
    this.#registry = registry;
    for (const proxy of registry.proxies) for (const address of proxy.ipAddresses) this.#proxies.set(address, proxy);
    for (const pod of registry.resources('Pod')) {
      // Proxies reach istiod by their bootstrap, not by clusters.
      if (pod.metadata.labels['istio'] === 'pilot' || pod.metadata.labels['app'] === 'istiod') continue;
      const status = pod.object['status'];
      const address = isObject(status) ? status['podIP'] : undefined;
      if (typeof address === 'string') this.#pods.add(address);
    }
  }

  /** The first endpoint of a service's port and subset that refuses; undefined where all take it, or it is not known. */
  refusing(
    scope: SidecarScope,
    service: Service,
    { port, subset }: { port: number; subset: string },
    sent: 'plain' | 'mutual' | 'tls',
  ): Refusing | undefined {
    const servicePort = service.ports.find((it) => it.port === port);
    const labels = subsetOf(scope.destinationRule(service)?.spec, subset)?.['labels'];
    const text = isObject(labels) ? (labels as Record<string, string>) : {};
    const key = `${service.namespace}/${service.hostname} ${port} ${JSON.stringify(text)} ${sent}`;
    if (this.#known.has(key) || !servicePort) return this.#known.get(key);
    const found = this.#registry
      .endpoints(service, servicePort)
      .filter((endpoint) => matchesLabels(text, endpoint.labels))
      .map((endpoint) => {
        if (sent === 'plain') return this.#refusesPlain(endpoint);
        return sent === 'mutual' ? this.#refusesMutual(endpoint) : this.#refusesTls(endpoint, servicePort.protocol);
      })
      .find((it) => it !== undefined);
    this.#known.set(key, found);
    return found;
  }

  /** A sidecar that enforces STRICT on the port. */
  #refusesPlain(endpoint: Endpoint): Refusing | undefined {
    const proxy = this.#proxies.get(endpoint.address);
    if (proxy?.type !== 'sidecar' || !captures(proxy, endpoint.port)) return undefined;
    const { mode, source } = mtlsMode(this.#registry, proxy.namespace, proxy.labels, endpoint.port);
    return mode === 'STRICT' ? { server: nameOf(endpoint), policy: originOf(source) } : undefined;
  }

  /**
   * TLS without a certificate of the mesh: a sidecar that enforces STRICT asks for one; any other hands it on to the
   * application, which speaks plain HTTP where its port says so.
   */
  #refusesTls(endpoint: Endpoint, protocol: string): Refusing | undefined {
    const proxy = this.#proxies.get(endpoint.address);
    if (proxy?.type !== 'sidecar' || !captures(proxy, endpoint.port)) return undefined;
    const { mode, source } = mtlsMode(this.#registry, proxy.namespace, proxy.labels, endpoint.port);
    const plain = /^(HTTP|HTTP2|GRPC|GRPC-Web)$/.test(protocol);
    return mode === 'STRICT' || plain
      ? { server: nameOf(endpoint), policy: mode === 'STRICT' ? originOf(source) : undefined }
      : undefined;
  }

  /** A pod without a proxy, or a sidecar whose mutual TLS is off. */
  #refusesMutual(endpoint: Endpoint): Refusing | undefined {
    const proxy = this.#proxies.get(endpoint.address);
    if (!proxy) return this.#pods.has(endpoint.address) ? { server: nameOf(endpoint), policy: undefined } : undefined;
    if (proxy.type !== 'sidecar' || !captures(proxy, endpoint.port)) return undefined;
    const { mode, source } = mtlsMode(this.#registry, proxy.namespace, proxy.labels, endpoint.port);
    return mode === 'DISABLE' ? { server: nameOf(endpoint), policy: originOf(source) } : undefined;
  }
}

/** Whether the sidecar sees what comes in on a port. */
function captures(proxy: Proxy, port: number): boolean {
  if (proxy.interceptionMode === 'NONE') return false;
  const list = (name: string): string[] | undefined =>
    proxy.annotations[`traffic.sidecar.istio.io/${name}`]?.split(',').map((it) => it.trim());
  const only = list('includeInboundPorts');
  if (only && !only.includes('*') && !only.includes(String(port))) return false;
  return !(list('excludeInboundPorts') ?? []).includes(String(port));
}

function nameOf({ namespace, workloadName }: Endpoint): string {
  return `${namespace}/${workloadName}`;
}

function originOf(source: unknown): Origin | undefined {
  if (!Array.isArray(source)) return undefined;
  const [container, ...path] = source as [object, ...string[]];
  const place = placeOf(container);
  return place && { ...place, path: [...place.path, ...path] };
}
