/**
 * Serves a mesh of a given size from the tests' API server, as a process of its own: the bench's parent measures the
 * reader alone. The baseline recording is grown: more Services (each on every proxy's clusters, endpoints and routes)
 * and more pods. What a proxy answers is what its objects compile to, with a real Envoy's bootstrap, so that the dump
 * has the size and the shape of a mesh that is in sync.
 *
 * Arguments: PROXIES SERVICES WORKLOADS. Sends `{kubeconfig, dumpBytes}` to its parent, ends at its first message.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toConfigDump } from '../src/app/config-dump.ts';
import { toRegistryInput } from '../src/app/registry-input.ts';
import { compileProxy } from '../src/compile/index.ts';
import { readCaptureState } from '../src/io/capture-source.ts';
import { isProblem } from '../src/model/cluster-state.ts';
import type { JsonObject } from '../src/model/json.ts';
import { buildRegistry } from '../src/registry/index.ts';
import { toResource } from '../src/source/object.ts';
import { ApiServer } from '../test/support/api-server/index.ts';
import { servedKinds } from '../test/support/api-server/kinds.ts';
import { addedObjects, podOf } from './mesh-objects.ts';

const recording = new URL('../fixtures/recordings/1.29/baseline/capture', import.meta.url).pathname;
const [proxies = 200, services = 100, workloads = 1] = process.argv.slice(2).map(Number);

const state = await readCaptureState(recording);
const model = state.resources.find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith('cart'))!;
// The recording's own pods stay as what others reach, but have no proxy to be read.
const kept = state.resources
  .map(({ object }) => object)
  .filter((object) => object['kind'] !== 'Pod' || isIstiod(object));
const names = Array.from({ length: proxies }, (_, index) => `load-${String(index).padStart(5, '0')}`);
const workloadOf = (index: number): string => `load-${index % workloads}`;
const pods = names.map((name, index) => podOf(model.object, name, index, workloadOf(index)));
const objects = [...kept, ...addedObjects(services), ...pods];

const answered = await state.proxies.find(({ podName }) => podName === model.metadata.name)!.read();
if (isProblem(answered)) throw new Error(answered.message);
const bootstrap = (JSON.parse(answered.configDump.toString('utf8')) as { configs: JsonObject[] }).configs.find((it) =>
  String(it['@type']).endsWith('BootstrapConfigDump'),
)!;
const registry = buildRegistry({
  ...toRegistryInput(state),
  resources: objects.map((object) => toResource(structuredClone(object), 'api')),
});
/** The dump of a workload's first pod, which all its pods answer with. */
const dumpOf = (name: string): string => {
  const first = registry.proxies.find(({ id }) => id === `shop/${name}`)!;
  const compiled = toConfigDump(compileProxy(first, registry)) as { configs: JsonObject[] };
  return JSON.stringify({ configs: [bootstrap, ...compiled.configs] }, undefined, 1);
};
const dumps = names.slice(0, workloads).map(dumpOf);
const dump = dumps[0]!;

const page = (dump: string): Record<string, string> => ({
  '/config_dump?include_eds=true': dump,
  '/clusters?format=json': JSON.stringify(answered.clusters),
  '/listeners?format=json': JSON.stringify(answered.listeners),
  '/certs': JSON.stringify(answered.certs),
  '/server_info': JSON.stringify(answered.serverInfo),
});
const serve = async (answer: (path: string) => string | undefined): Promise<{ port: number; close(): void }> => {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

const istiod = state.istiods[0]!;
const row = istiod.syncz!.find((it) => String(it['proxy']).startsWith(`${model.metadata.name}.`))!;
const syncz = JSON.stringify(names.map((name) => ({ ...row, proxy: `${name}.shop` })));
const istiodServer = await serve(
  (path) => ({ '/version': istiod.version, '/debug/syncz': syncz, '/debug/mesh': JSON.stringify(istiod.mesh) })[path],
);
const proxyServers = await Promise.all(dumps.map((text) => serve((path) => page(text)[path])));

const served = { ...servedKinds };
for (const object of objects) {
  const [group, version] = String(object['apiVersion']).includes('/')
    ? String(object['apiVersion']).split('/')
    : ['', String(object['apiVersion'])];
  const kind = String(object['kind']);
  if (Object.values(served).some((it) => it.kind === kind)) continue;
  const plural = kind.endsWith('s') ? `${kind.toLowerCase()}es` : `${kind.toLowerCase()}s`;
  served[group === '' ? plural : `${plural}.${group}`] = { kind, versions: [version!] };
}
const api = await new ApiServer(objects, served).start();
for (const [index, name] of names.entries())
  api.forwards.set(`shop/${name}:15000`, { port: proxyServers[index % workloads]!.port });
api.forwards.set(`${istiod.namespace}/${istiod.podName}:15014`, { port: istiodServer.port });

process.send?.({ kubeconfig: api.kubeconfig(), dumpBytes: dump.length });
await once(process, 'message');
await api.close();
istiodServer.close();
for (const server of proxyServers) server.close();
process.disconnect();

function isIstiod(object: JsonObject): boolean {
  return ((object['metadata'] as JsonObject)['labels'] as JsonObject | undefined)?.['app'] === 'istiod';
}
