import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEnvoy } from '../../scripts/envoy.ts';
import type { Cluster, Listener, Message } from '../../src/model/envoy.ts';
import { listenerPorts } from './route-envoy.ts';

/** What a real Envoy logged of a request, and the status that the client got (0 for none). */
interface RealOutcome {
  status: number;
  flag: string;
  details: string;
}

/** Servers behind Envoy, by what they do with a request. */
export const servers = ['answers', 'fails', 'closes', 'garbles', 'refuses'] as const;
export type ServerKind = (typeof servers)[number];

export interface OutcomeEnvoy {
  ports: Record<ServerKind, number>;
  /** Sends bytes to a listener and reads until the connection ends. */
  send(listener: string, bytes: string): Promise<RealOutcome>;
  stop(): Promise<void>;
}

/**
 * Starts servers that fail in all ways, and a real Envoy before them.
 *
 * @param configure the listeners and clusters for the servers' ports
 */
export async function startOutcomeEnvoy(
  configure: (ports: Record<ServerKind, number>) => { listeners: Listener[]; clusters: Cluster[] },
): Promise<OutcomeEnvoy> {
  const started: Record<ServerKind, Server> = {
    answers: createHttp((_, response) => response.end('ok')),
    fails: createHttp((_, response) => response.writeHead(503).end()),
    closes: createServer((socket) => socket.once('data', () => socket.end())),
    garbles: createServer((socket) => socket.end('what is this\n')),
    refuses: createServer(),
  };
  const ports = {} as Record<ServerKind, number>;
  for (const kind of servers) {
    started[kind].listen(0, '127.0.0.1');
    await once(started[kind], 'listening');
    ports[kind] = (started[kind].address() as AddressInfo).port;
  }
  started.refuses.close();
  const folder = mkdtempSync(join(tmpdir(), 'mesh-outcomes-'));
  const log = join(folder, 'access.log');
  const { listeners, clusters } = configure(ports);
  const bootstrap = {
    node: { id: 'test', cluster: 'test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: { clusters, listeners: listeners.map((it) => logged(it, log)) },
  };
  writeFileSync(join(folder, 'bootstrap.json'), JSON.stringify(bootstrap));
  const args = ['-c', join(folder, 'bootstrap.json'), '--admin-address-path', join(folder, 'admin')];
  const quiet = [
    '--concurrency',
    '1',
    '--use-dynamic-base-id',
    '--log-level',
    'error',
    '--file-flush-interval-msec',
    '20',
  ];
  const child = spawn(findEnvoy(), [...args, ...quiet], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    for (const kind of servers) {
      started[kind].close();
      if ('closeAllConnections' in started[kind])
        (started[kind] as ReturnType<typeof createHttp>).closeAllConnections();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const listening = await listenerPorts(join(folder, 'admin'), () => child.exitCode !== null);
  if (!listening) {
    await stop();
    throw new Error(`Envoy did not start: ${errors.slice(-3000)}`);
  }
  let lines = 0;
  const send: OutcomeEnvoy['send'] = async (listener, bytes) => {
    const answer = await talk(listening.get(listener) ?? 0, bytes);
    for (let tries = 0; tries < 500; tries++) {
      const all = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean) : [];
      const line = all[lines];
      if (line !== undefined) {
        lines = all.length;
        const { flags, details } = JSON.parse(line) as { flags: string; details: string | null };
        return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1] ?? 0), flag: flags, details: details ?? '' };
      }
      await sleep(20);
    }
    throw new Error(`Envoy logged nothing of ${bytes}`);
  };
  return { ports, send, stop };
}

async function talk(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  // A connection may be reset before it is read: that is an end as well.
  socket.on('error', () => {});
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

/** The listener with an access log in its connection managers and TCP proxies, or of its own. */
function logged(listener: Listener, path: string): Listener {
  const copy = structuredClone(listener);
  const format = { json_format: { flags: '%RESPONSE_FLAGS%', details: '%RESPONSE_CODE_DETAILS%' } };
  const log = {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path,
      log_format: format,
    },
  };
  for (const chain of copy.filter_chains ?? [])
    for (const filter of (chain.filters ?? []) as Message[]) {
      // Filters of a chain that waits for its secret never see a connection.
      if (chain.transport_socket) copy['access_log'] = [log];
      else filter['typed_config']['access_log'] = [log];
    }
  return copy;
}
