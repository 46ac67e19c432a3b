import {
  type ClientRequest,
  type Explanation,
  explainDirect,
  explainGateway,
  explainLocal,
  explainOutbound,
  type Outcome,
} from '../../explain/index.ts';
import type { Resource } from '../../model/resource.ts';
import { idOf, type Mesh, type Settings } from './mesh.ts';
import { type Resolved, resolve } from './resolve.ts';

/** Where a request starts: in a pod of the mesh, or outside, at a port of a gateway's pod. */
export type Start =
  | { kind: 'pod'; pod: Resource }
  | { kind: 'gateway'; pod: Resource; port: number; clientIp?: string };

/** How a request goes in one mesh, and what the client's resolver made of its host. */
export interface Answer extends Explanation {
  resolved?: Resolved;
}

/**
 * Asks one mesh (expected or live) how a request goes.
 *
 * @throws UserError where the host cannot be resolved
 */
export function ask(mesh: Mesh, start: Start, request: ClientRequest, settings: Settings): Answer | undefined {
  const world = mesh.world(settings);
  const sender = mesh.sender(start.pod);
  if (start.kind === 'gateway') return sender && explainGateway(sender, start.port, request, start.clientIp, world);
  const proxy = mesh.proxyOf(start.pod);
  const dnsCapture = proxy?.metadata['DNS_CAPTURE'] === 'true' || proxy?.metadata['DNS_CAPTURE'] === true;
  const resolved = resolve(request.host, { namespace: start.pod.metadata.namespace, dnsCapture }, mesh.registry);
  if (!proxy) return { ...direct(mesh, start.pod, resolved, request, settings), resolved };
  if (!mesh.proxyRuns(start.pod)) return { outcome: notRunning, resolved };
  const own = isOwn(mesh, start.pod, resolved.ip);
  const local = own && sender && explainLocal(sender, resolved.ip, request, world);
  if (local) return { ...local, resolved };
  if (own && settings.application?.(idOf(start.pod), request.port)?.speaks === 'nothing')
    return { outcome: { kind: 'refused', flag: '-', details: `nothing listens at port ${request.port}` }, resolved };
  if (own)
    return {
      outcome: { kind: 'open', flag: '-', details: 'unpredictable', reason: 'the pod itself listens there or not' },
      resolved,
    };
  if (mesh.interception(start.pod).outbound(resolved.ip, request.port))
    return sender && { ...explainOutbound(sender, resolved.ip, request, world), resolved };
  return { ...direct(mesh, start.pod, resolved, request, settings), resolved };
}

const notRunning: Outcome = {
  kind: 'refused',
  flag: '-',
  details: 'the proxy that traffic is redirected to does not run',
};

function isOwn(mesh: Mesh, pod: Resource, ip: string): boolean {
  return ip === '127.0.0.1' || ip === '::1' || (mesh.proxyOf(pod)?.ipAddresses.includes(ip) ?? false);
}

/** A client without a proxy (or past it): kube-proxy gives a Service's address to one of its endpoints. */
function direct(
  mesh: Mesh,
  pod: Resource,
  resolved: Resolved,
  request: ClientRequest,
  settings: Settings,
): Explanation {
  const world = mesh.world(settings);
  const clientIp = mesh.proxyOf(pod)?.ipAddresses[0];
  const { service } = resolved;
  const port = service?.ports.find((it) => it.port === request.port);
  const isVirtual = service?.registry === 'Kubernetes' && service.addresses.includes(resolved.ip);
  if (!service || !isVirtual)
    return explainDirect(mesh.peerAt(resolved.ip, request.port), request.port, request, clientIp, world);
  const endpoints = port ? mesh.registry.endpoints(service, port).filter((it) => it.health !== 'UNHEALTHY') : [];
  const [first, ...others] = endpoints.map((it) =>
    explainDirect(mesh.peerAt(it.address, it.port), it.port, request, clientIp, world),
  );
  if (!first)
    return {
      outcome: {
        kind: 'refused',
        flag: '-',
        details: `Service ${resolved.name} has no endpoint for port ${request.port}`,
      },
    };
  const different = others.find(
    (it) => it.outcome.kind !== first.outcome.kind || it.outcome.status !== first.outcome.status,
  );
  if (!different) return first;
  return {
    outcome: {
      kind: 'open',
      flag: '-',
      details: 'unpredictable',
      reason: 'kube-proxy chooses an endpoint, and they answer differently',
    },
  };
}
