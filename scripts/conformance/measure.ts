import { type SyncRow, type SyncState, unackedTypes } from '../../src/app/drift/sync.ts';
import { readSyncz } from '../../src/app/drift/syncz.ts';
import { compareConfigs } from '../../src/compare/index.ts';
import type { Comparison } from '../../src/compare/types.ts';
import { decodeConfigDump, emptyLiveProxy, type LiveProxy } from '../../src/decode/index.ts';
import { type CapturedProxy, readCapture } from '../../src/io/capture.ts';
import type { ProxyConfig, ResourceType } from '../../src/model/envoy.ts';
import type { Registry } from '../../src/registry/types.ts';
import { type CompileParts, type Compiler, describe } from './parts.ts';
import type { Recording } from './recordings.ts';

export const resourceTypes: readonly ResourceType[] = ['cluster', 'endpoint', 'listener', 'route'];

export interface ProxyResult {
  recording: string;
  proxy: string;
  sync: SyncState;
  byType: Record<ResourceType, Comparison>;
  /** What could not be read or compiled. */
  errors: string[];
}

/** Compiles each proxy of a recording from the API server's objects and compares the outcome with the recorded dump. */
export async function measure(
  compiler: Compiler,
  recording: Recording,
  options: { proxy?: string; types: readonly ResourceType[] },
): Promise<ProxyResult[]> {
  const capture = await readCapture(`${recording.directory}/capture`);
  const errors = [...compiler.errors, ...capture.errors.map(({ file, message }) => `${file}: ${message}`)];
  const istiod = capture.istiods[0];
  let registry: Registry | undefined;
  try {
    registry = compiler.buildRegistry({ resources: capture.resources, istiod });
  } catch (error) {
    errors.push(`registry: ${describe(error)}`);
  }
  const rows = new Map(capture.istiods.flatMap(({ syncz }) => [...readSyncz(syncz)]));
  const results: ProxyResult[] = [];
  for (const recorded of capture.proxies) {
    if (options.proxy !== undefined && !recorded.id.startsWith(options.proxy)) continue;
    const proxy = registry?.proxies.find(({ id }) => id === recorded.id);
    let parts: CompileParts = { config: emptyConfig(), errors: [] };
    if (registry && proxy) parts = compiler.compile(proxy, registry);
    else if (registry) parts.errors.push('the registry has no such proxy');
    const live = await readLive(recorded, parts.errors);
    const compare = (type: ResourceType) =>
      compareConfigs(parts.config, live.config, options.types.includes(type) ? [type] : []);
    results.push({
      recording: recording.name,
      proxy: recorded.id,
      sync: stateOf(rows.get(recorded.id), live),
      byType: {
        cluster: compare('cluster'),
        endpoint: compare('endpoint'),
        listener: compare('listener'),
        route: compare('route'),
      },
      errors: [...errors, ...parts.errors],
    });
  }
  return results;
}

function emptyConfig(): ProxyConfig {
  return { clusters: [], endpoints: [], listeners: [], routes: [] };
}

async function readLive(recorded: CapturedProxy, errors: string[]): Promise<LiveProxy> {
  try {
    return decodeConfigDump(await recorded.configDump());
  } catch (error) {
    errors.push(describe(error));
    return emptyLiveProxy();
  }
}

/** Whether the proxy holds what its istiod sent last, by what both say of it. */
function stateOf(row: SyncRow | undefined, live: LiveProxy): SyncState {
  if (live.rejected.length > 0) return 'rejected';
  if (!row) return 'disconnected';
  return unackedTypes(row).length > 0 ? 'stale' : 'synced';
}
