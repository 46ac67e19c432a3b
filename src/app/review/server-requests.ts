import { explainDirect, explainOutbound, readRequest } from '../../explain/index.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { ReviewedRequest } from '../../model/review.ts';
import type { ServiceTarget } from '../../registry/types.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import type { Mesh } from '../route/mesh.ts';
import { bothInWords, type End, endOf } from './request-end.ts';

interface Side {
  compiled: CompiledMesh;
  mesh: Mesh;
}

/**
 * Requests to workloads of which the listeners for inbound traffic change: one from a client with a sidecar, and one in
 * plain text from a pod without.
 */
export function serverRequests(
  base: CompiledMesh,
  head: CompiledMesh,
  before: Mesh,
  after: Mesh,
  changed: ReadonlySet<string>,
): ReviewedRequest[] {
  const sides: [Side, Side] = [
    { compiled: base, mesh: before },
    { compiled: head, mesh: after },
  ];
  const found = new Map<string, ReviewedRequest>();
  for (const server of head.proxies) {
    const former = base.proxies.find(({ id }) => id === server.id);
    if (!former || server.type !== 'sidecar' || !changed.has(server.id)) continue;
    if (inbound(base, former) === inbound(head, server)) continue;
    const client = head.proxies.find(({ id, type }) => id !== server.id && type === 'sidecar');
    for (const target of head.registry.serviceTargets(server)) {
      const url = `http://${target.service.hostname}:${target.port.port}/`;
      if (!/HTTP|GRPC|Unsupported/.test(target.port.protocol) || target.service.registry !== 'Kubernetes') continue;
      const askers: [string, (side: Side) => End | undefined][] = [
        ['a pod without a sidecar', (side) => direct(side, server, target, url)],
        ...(client ? [[client.id, (side: Side) => outbound(side, client.id, target, url)] as const] : []).map(
          ([from, asker]): [string, (side: Side) => End | undefined] => [from, asker],
        ),
      ];
      for (const [from, ask] of askers) {
        const [first, second] = [ask(sides[0]), ask(sides[1])];
        if (!first || !second || first.key === second.key) continue;
        found.set(`${from} ${url}`, { from, curl: `curl -i '${url}'`, ...bothInWords(first, second) });
      }
    }
  }
  return [...found.values()];
}

function inbound({ config }: CompiledMesh, proxy: Proxy): string {
  return JSON.stringify(config(proxy).listeners.filter(({ name }) => name === 'virtualInbound'));
}

function direct({ mesh }: Side, server: Proxy, target: ServiceTarget, url: string): End {
  const peer = mesh.peerAt(server.ipAddresses[0] ?? '', target.targetPort);
  return endOf(explainDirect(peer, target.targetPort, readRequest(url), undefined, mesh.world({ answer: 200 })));
}

function outbound({ compiled, mesh }: Side, id: string, { service }: ServiceTarget, url: string): End | undefined {
  const client = compiled.proxies.find((proxy) => proxy.id === id);
  const sender = client && mesh.sender(client.pod);
  if (!sender) return undefined;
  const address = service.addresses.find((it) => it !== '0.0.0.0') ?? '192.0.2.1';
  return endOf(explainOutbound(sender, address, readRequest(url), mesh.world({ answer: 200 })));
}
