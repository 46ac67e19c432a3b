import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEnvoy } from '../../scripts/envoy.ts';
import type { Cluster, Listener, Message, ProxyConfig, RouteConfiguration } from '../../src/model/envoy.ts';

/** What a real Envoy made of a request. */
export interface RealAnswer {
  status: number;
  /** Name of the route, undefined where none was found. */
  route?: string;
  location?: string;
  /** What reached the server behind. */
  seen?: { path: string; host: string; headers: Record<string, string> };
  /** Headers of the answer. */
  headers: IncomingHttpHeaders;
}

/** A line of Envoy's access log. */
export interface Logged {
  flags: string;
  details: string;
  route: string;
  cluster: string;
}

export interface RouteEnvoy {
  /** The configuration of each table as the engine walks it. */
  configs: { config: ProxyConfig; listener: Listener }[];
  portOf(table: number): number;
  send(table: number, method: string, path: string, headers: [string, string][]): Promise<RealAnswer>;
  /** What Envoy logged, by the header `x-test-id`. */
  log(): Promise<Map<string, Logged>>;
  stop(): Promise<void>;
}

/** A route table with the settings of its connection manager. */
export interface Table {
  routes: RouteConfiguration;
  settings: Message;
  /** Filters before the router. */
  filters?: Message[];
  /** Filters and headers of routes stay as they are: the table was made to be tested. */
  whole?: true;
}

/**
 * Starts a real Envoy with one listener for each route table. Every cluster that routes name is one echo server; the name
 * of the route comes back in a header.
 */
export async function startRouteEnvoy(tables: readonly Table[]): Promise<RouteEnvoy> {
  const echo = createServer((incoming, response) => {
    response.statusCode = Number(incoming.headers['x-answer'] ?? 200);
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-r', 'app');
    response.end(JSON.stringify(seenOf(incoming)));
  });
  echo.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\nx-r: app\r\n\r\n'));
  echo.on('upgrade', (incoming, socket) => {
    const seen = Buffer.from(JSON.stringify(seenOf(incoming))).toString('base64');
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\nx-r: app\r\nx-seen: ${seen}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'mesh-routes-'));
  const logFile = join(folder, 'access.log');
  const parts = tables.map((table, index) => toConfig(table, index, port, logFile));
  const clusters = new Map(parts.flatMap(({ config }) => config.clusters.map((it) => [it.name, it])));
  // One Envoy has them all: a header may name a cluster of another table.
  const configs = parts.map((it) => ({ ...it, config: { ...it.config, clusters: [...clusters.values()] } }));
  const bootstrap = {
    node: { id: 'test', cluster: 'test' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    static_resources: { clusters: [...clusters.values()], listeners: configs.map((it) => it.listener) },
  };
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  const portFile = join(folder, 'admin');
  const args = [
    '-c',
    file,
    '--admin-address-path',
    portFile,
    '--concurrency',
    '1',
    '--use-dynamic-base-id',
    '--file-flush-interval-msec',
    '50',
  ];
  const child = spawn(findEnvoy(), [...args, '--log-level', 'error'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const stop = async (): Promise<void> => {
    agent.destroy();
    echo.closeAllConnections();
    echo.close();
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const ports = await listenerPorts(portFile, () => child.exitCode !== null);
  if (!ports) {
    await stop();
    throw new Error(`Envoy did not start: ${errors.slice(-3000)}`);
  }
  const sendOnce: RouteEnvoy['send'] = (table, method, path, headers) =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        host: '127.0.0.1',
        port: ports.get(`table-${table}`),
        method,
        path,
        setHost: false,
        headers: headers.flat(),
      };
      const outgoing = request(options as never, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => {
          const { headers: back, statusCode: status = 0 } = response;
          const isEcho = back['content-type'] === 'application/json' && body.startsWith('{');
          resolve({
            status,
            route: back['x-route'] as string | undefined,
            location: back.location,
            seen: isEcho ? JSON.parse(body) : undefined,
            headers: back,
          });
        });
      });
      outgoing.on('upgrade', ({ headers: back, statusCode: status = 0 }, socket) => {
        socket.destroy();
        const seen = JSON.parse(Buffer.from(String(back['x-seen']), 'base64').toString()) as RealAnswer['seen'];
        resolve({ status, route: back['x-route'] as string | undefined, seen, headers: back });
      });
      outgoing.on('connect', ({ headers: back, statusCode: status = 0 }, socket) => {
        socket.destroy();
        resolve({ status, route: back['x-route'] as string | undefined, location: back.location, headers: back });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  // Envoy closes a connection after a malformed request, perhaps while the next one is on its way.
  const send: RouteEnvoy['send'] = async (...sent) => {
    for (let tries = 0; ; tries++) {
      try {
        return await sendOnce(...sent);
      } catch (error) {
        await sleep(20);
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(
            `Envoy ended (${child.exitCode ?? child.signalCode}) at ${JSON.stringify(sent)}: ${errors.slice(-3000)}`,
          );
        if (tries > 5) throw error;
      }
    }
  };
  const log = async (): Promise<Map<string, Logged>> => {
    // Envoy writes it now and then: all is there once it grows no longer.
    for (let size = -1, still = 0; still < 3; await sleep(200)) {
      const { size: now } = statSync(logFile);
      still = now === size ? still + 1 : 0;
      size = now;
    }
    const lines = readFileSync(logFile, 'utf8').trim().split('\n');
    return new Map(
      lines.map((line) => {
        const [id = '', flags = '', details = '', route = '', cluster = ''] = line.split('\t');
        return [id, { flags, details, route, cluster }];
      }),
    );
  };
  const portOf = (table: number): number => ports.get(`table-${table}`) ?? 0;
  return { configs, portOf, send, log, stop };
}

function seenOf(incoming: IncomingMessage): RealAnswer['seen'] {
  const headers: Record<string, string> = {};
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = String(incoming.rawHeaders[index]).toLowerCase();
    const value = String(incoming.rawHeaders[index + 1]);
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { path: incoming.url ?? '', host: incoming.headers.host ?? '', headers };
}

/** The ports of an Envoy's listeners by their names, when it is ready; undefined where it ends before. */
export async function listenerPorts(portFile: string, ended: () => boolean): Promise<Map<string, number> | undefined> {
  for (let tries = 0; tries < 600 && !ended(); tries++) {
    const port = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8').split(':').at(-1)) : 0;
    const ready = port > 0 ? await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined) : undefined;
    if (ready?.status === 200) {
      const reply = await fetch(`http://127.0.0.1:${port}/listeners?format=json`);
      const { listener_statuses: statuses } = (await reply.json()) as { listener_statuses: Message[] };
      return new Map(statuses.map((it) => [it['name'], it['local_address']['socket_address']['port_value']]));
    }
    await sleep(50);
  }
  return undefined;
}

/** The table as a listener, with routes named by their place and clusters that all lead to the echo server. */
function toConfig(
  { routes, settings, filters = [], whole }: Table,
  index: number,
  port: number,
  logFile: string,
): { config: ProxyConfig; listener: Listener } {
  const named = structuredClone(routes);
  delete named['@type'];
  named['validate_clusters'] = false;
  named['response_headers_to_add'] = [
    ...(whole ? (named['response_headers_to_add'] ?? []) : []),
    { header: { key: 'x-route', value: '%ROUTE_NAME%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  ];
  const names = new Set<string>();
  for (const [hostIndex, host] of (named.virtual_hosts ?? []).entries()) {
    if (!whole) delete host['typed_per_filter_config'];
    for (const [routeIndex, route] of (host.routes ?? []).entries()) {
      route.name = `${hostIndex}/${routeIndex}`;
      if (!whole)
        for (const field of ['typed_per_filter_config', 'response_headers_to_remove', 'response_headers_to_add'])
          delete route[field];
      if (route['route']) delete route['route']['request_mirror_policies'];
      const action: Message = route['route'] ?? {};
      if (typeof action['cluster'] === 'string') names.add(action['cluster']);
      for (const it of action['weighted_clusters']?.['clusters'] ?? []) names.add(it['name']);
    }
  }
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  const clusters: Cluster[] = [...names]
    .filter((name) => !name.startsWith('missing'))
    .map((name) => ({
      name,
      type: 'STATIC',
      connect_timeout: '5s',
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    }));
  const listener: Listener = {
    name: `table-${index}`,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters: [connectionManager(index, named, settings, filters, logFile)] }],
  };
  return { listener, config: { clusters, endpoints: [], listeners: [listener], routes: [] } };
}

function connectionManager(
  index: number,
  routes: RouteConfiguration,
  settings: Message,
  filters: readonly Message[],
  logFile: string,
): { name: string } & Message {
  const fields = ['REQ(X-TEST-ID)', 'RESPONSE_FLAGS', 'RESPONSE_CODE_DETAILS', 'ROUTE_NAME', 'UPSTREAM_CLUSTER_RAW'];
  const format = `${fields.map((it) => `%${it}%`).join('\t')}\n`;
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: `table-${index}`,
      ...settings,
      access_log: [
        {
          name: 'file',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
            path: logFile,
            log_format: { text_format_source: { inline_string: format } },
          },
        },
      ],
      route_config: routes,
      http_filters: [
        ...filters,
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
        },
      ],
    },
  };
}
