import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEnvoy } from '../../../scripts/envoy.ts';
import type { Cluster, Listener, Message } from '../../../src/model/envoy.ts';
import type { Proxy } from '../../../src/model/proxy.ts';
import type { CompiledMesh } from '../../../src/rules/types.ts';
import { listenerPorts } from '../route-envoy.ts';
import { startApplication } from './application.ts';
import { proxyLine, talk } from './client.ts';
import { makeIdentities } from './identities.ts';
import { runnable } from './runnable.ts';

/** A request of somebody in a mesh. */
export interface MeshRequest {
  /** A proxy's id; undefined: a pod without one, or somebody outside. */
  from?: string;
  /** Where the client connects to. A gateway takes what comes to its own address. */
  address: string;
  port: number;
  sni?: string;
  method?: string;
  path?: string;
  headers?: readonly string[];
}

/** What became of it: the client's status (0 for none), and what the first proxy logged. */
export interface MeshAnswer {
  status: number;
  flags?: string;
  cluster?: string;
}

export interface RealMeshes {
  /** Sends to a mesh by its place in the list. */
  send(mesh: number, requests: readonly MeshRequest[]): Promise<MeshAnswer[]>;
  stop(): Promise<void>;
}

const outsider = { id: 'outside', address: '10.200.0.1' };

/**
 * Starts a real Envoy that holds all proxies of several meshes, as they are compiled. What a kernel redirects comes with
 * a PROXY header; between proxies there are real connections, with certificates of one CA.
 *
 * @throws Error with Envoy's words where it does not start
 */
export async function startRealMeshes(meshes: readonly CompiledMesh[]): Promise<RealMeshes> {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-real-'));
  const logFile = join(folder, 'access.log');
  const principals = meshes.flatMap((mesh) => mesh.proxies.map(principalOf));
  const identities = makeIdentities(folder, ['spiffe://cluster.local/application', ...principals]);
  const application = await startApplication(identities.of('spiffe://cluster.local/application'));
  let ports = new Map<string, number>();
  const forwarders: Server[] = [];
  const forwarder = async (mesh: number, sender: Proxy, address: string, port: number): Promise<number> => {
    const server = createServer((socket) => {
      const to = meshes[mesh]?.proxies.find((it) => it.ipAddresses[0] === address);
      const listener = to && listenerAt(meshes[mesh] as CompiledMesh, to, address, port);
      const at = listener === undefined ? undefined : ports.get(`${prefixOf(mesh, to as Proxy)}${listener}`);
      if (to && at === undefined) return socket.destroy();
      const onward = connect(at ?? application.port, '127.0.0.1');
      const source = { address: String(sender.ipAddresses[0]), port: 40_000 };
      if (to) onward.write(proxyLine(source, { address, port }));
      socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
      onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    forwarders.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const listeners: Listener[] = [];
  const clusters: Cluster[] = [];
  for (const [index, mesh] of meshes.entries())
    for (const proxy of mesh.proxies) {
      const config = mesh.config(proxy);
      const to = new Map<string, number>();
      for (const { address, port } of endpointsOf(config.endpoints.concat(config.clusters.map(assignmentOf))))
        to.set(`${address}:${port}`, await forwarder(index, proxy, address, port));
      const parts = runnable(config, {
        prefix: prefixOf(index, proxy),
        principal: principalOf(proxy),
        identities,
        logFile,
        portFor: (address, port) => to.get(`${address}:${port}`) ?? 1,
        application: application.port,
      });
      listeners.push(...parts.listeners);
      clusters.push(...parts.clusters);
    }
  const bootstrap = {
    node: { id: 'test', cluster: 'test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: { listeners, clusters },
  };
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  const args = ['-c', file, '--admin-address-path', join(folder, 'admin'), '--concurrency', '1'];
  const quiet = ['--use-dynamic-base-id', '--log-level', 'error', '--file-flush-interval-msec', '20'];
  const child = spawn(findEnvoy(), [...args, ...quiet], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const stop = async (): Promise<void> => {
    for (const server of forwarders) server.close();
    application.stop();
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const started = await listenerPorts(join(folder, 'admin'), () => child.exitCode !== null);
  if (!started) {
    await stop();
    throw new Error(`Envoy did not start: ${errors.slice(-3000)}`);
  }
  ports = started;
  let sent = 0;
  const send: RealMeshes['send'] = async (index, requests) => {
    const mesh = meshes[index] as CompiledMesh;
    const first = sent;
    const statuses: number[] = [];
    for (const request of requests) {
      const id = sent++;
      const from = mesh.proxies.find((it) => it.id === request.from);
      const gateway = from?.type === 'router';
      const taker = from ?? mesh.proxies.find((it) => it.ipAddresses[0] === request.address);
      const address = gateway ? String(from.ipAddresses[0]) : request.address;
      const listener = taker && listenerAt(mesh, taker, address, request.port, from && !gateway);
      const port = listener === undefined ? undefined : ports.get(`${prefixOf(index, taker as Proxy)}${listener}`);
      const source = from && !gateway ? String(from.ipAddresses[0]) : outsider.address;
      statuses.push(
        port === undefined
          ? 0
          : await talk({
              port,
              source: { address: source, port: 1024 + (id % 60_000) },
              destination: { address, port: request.port },
              sni: request.sni,
              text: textOf(request, id),
            }),
      );
    }
    const logged = await readLog(logFile);
    return requests.map((request, at) => {
      const from = mesh.proxies.find((it) => it.id === request.from);
      const id = first + at;
      const line = from && logged.get(`${prefixOf(index, from)} ${id}`);
      const bytes = from && logged.get(`${prefixOf(index, from)} port ${1024 + (id % 60_000)}`);
      return { status: statuses[at] ?? 0, ...(line ?? bytes) };
    });
  };
  return { send, stop };
}

function prefixOf(mesh: number, { id }: Proxy): string {
  return `${mesh}:${id}:`;
}

function principalOf({ namespace, serviceAccount }: Proxy): string {
  return `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount || 'default'}`;
}

function assignmentOf(cluster: Cluster): Message & { cluster_name: string } {
  return { ...(cluster['load_assignment'] as Message), cluster_name: cluster.name };
}

function endpointsOf(assignments: readonly Message[]): { address: string; port: number }[] {
  return assignments.flatMap((it) =>
    ((it['endpoints'] ?? []) as Message[]).flatMap((group) =>
      ((group['lb_endpoints'] ?? []) as Message[]).flatMap((one) => {
        const { address, port_value: port } = one['endpoint']?.['address']?.['socket_address'] ?? {};
        return address === undefined ? [] : [{ address: String(address), port: Number(port) }];
      }),
    ),
  );
}

/** The name of the listener that takes what is redirected (or, of a gateway, sent) to an address and port. */
function listenerAt(
  mesh: CompiledMesh,
  proxy: Proxy,
  address: string,
  port: number,
  outbound = false,
): string | undefined {
  if (proxy.type === 'sidecar' && !outbound) return 'virtualInbound';
  const all = mesh.config(proxy).listeners.filter((it) => it['traffic_direction'] !== 'INBOUND');
  const at = (ip: string) =>
    all.find(({ address: own, name }) => {
      const socket: Message = (own as Message)?.['socket_address'] ?? {};
      return name !== 'virtualOutbound' && socket['address'] === ip && Number(socket['port_value']) === port;
    });
  const found = at(address) ?? at('0.0.0.0') ?? all.find(({ name }) => name === 'virtualOutbound');
  return found?.name;
}

function textOf({ method = 'GET', path = '/', headers = [] }: MeshRequest, id: number): string {
  const host = headers.some((it) => /^host:/i.test(it)) ? [] : ['Host: any.example'];
  return [`${method} ${path} HTTP/1.1`, ...host, ...headers, `x-test-id: ${id}`, 'connection: close', '', ''].join(
    '\r\n',
  );
}

/** Lines by proxy and request, once the log grows no longer. */
async function readLog(file: string): Promise<Map<string, { flags: string; cluster: string }>> {
  for (let size = -1, still = 0; still < 3; await sleep(100)) {
    const now = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    still = now === size ? still + 1 : 0;
    size = now;
  }
  const found = new Map<string, { flags: string; cluster: string }>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [prefix = '', id = '', port = '', flags = '', cluster = ''] = line.split('\t');
    const logged = { flags, cluster: cluster.startsWith(prefix) ? cluster.slice(prefix.length) : cluster };
    found.set(id === '-' ? `${prefix} port ${port}` : `${prefix} ${id}`, logged);
  }
  return found;
}
