import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/model/json.ts';
import { ApiServer } from './index.ts';
import { servedKinds } from './kinds.ts';

/** A capture served as if it were the live cluster that it was taken of. */
export interface ServedCapture {
  api: ApiServer;
  close(): Promise<void>;
}

const adminPages = {
  '/config_dump?include_eds=true': 'config_dump.json',
  '/clusters?format=json': 'clusters.json',
  '/listeners?format=json': 'listeners.json',
  '/certs': 'certs.json',
  '/server_info': 'server_info.json',
};
const istiodPages = {
  '/debug/syncz': 'syncz.json',
  '/debug/mesh': 'mesh.json',
  '/debug/registryz': 'registryz.json',
  '/debug/clusterz': 'clusterz.json',
  '/version': 'version.json',
};

/**
 * Serves the objects of a capture from an API server, and the answers of its proxies and istiods through forwarded
 * ports. What is read from it must be what is read from the capture itself.
 */
export async function serveCapture(folder: string): Promise<ServedCapture> {
  const served = { ...servedKinds };
  const objects: JsonObject[] = [];
  for (const file of readdirSync(join(folder, 'resources'))) {
    const { items } = JSON.parse(readFileSync(join(folder, 'resources', file), 'utf8')) as { items: JsonObject[] };
    for (const item of items) objects.push(item);
    const [, version = 'v1'] = /\/(.*)$/.exec(String(items[0]?.['apiVersion'])) ?? [];
    served[file.replace(/\.json$/, '')] = { kind: String(items[0]?.['kind'] ?? 'Nothing'), versions: [version] };
  }
  const api = await new ApiServer(objects, served).start();
  const servers: Server[] = [];
  const forward = async (id: string, port: number, pages: Record<string, string>, directory: string) => {
    const server = await servePages(pages, directory);
    servers.push(server);
    api.forwards.set(`${id}:${port}`, { port: (server.address() as AddressInfo).port });
  };
  for (const namespace of readdirSync(join(folder, 'proxies')))
    for (const pod of readdirSync(join(folder, 'proxies', namespace))) {
      const directory = join(folder, 'proxies', namespace, pod);
      await forward(`${namespace}/${pod}`, 15000, adminPages, directory);
      const log = join(directory, 'proxy.log');
      if (existsSync(log)) api.logs.set(`${namespace}/${pod}`, readFileSync(log, 'utf8'));
    }
  for (const pod of readdirSync(join(folder, 'istiod')))
    await forward(`istio-system/${pod}`, 15014, istiodPages, join(folder, 'istiod', pod));
  const close = async () => {
    await api.close();
    for (const server of servers) server.close();
  };
  return { api, close };
}

async function servePages(pages: Record<string, string>, directory: string): Promise<Server> {
  const server = createServer((request, response) => {
    const file = join(directory, pages[request.url ?? ''] ?? 'absent');
    if (!existsSync(file)) return response.writeHead(404).end();
    const body = readFileSync(file);
    // istiod answers its version as text.
    response.end(file.endsWith('version.json') ? JSON.parse(body.toString('utf8')).version : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
