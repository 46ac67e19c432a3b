import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ClusterState,
  IstiodAnswers,
  Problem,
  ProxyAnswers,
  ProxySource,
  Skipped,
} from '../model/cluster-state.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { type Capture, type CapturedIstiod, type CapturedProxy, readCapture } from './capture.ts';

/**
 * Reads a capture as a cluster's state, so that every command works on either.
 *
 * @throws CaptureError where the directory is no capture, or is one of a newer format
 */
export async function readCaptureState(directory: string): Promise<ClusterState> {
  const capture = await readCapture(directory);
  return {
    origin: `capture ${directory}`,
    takenAt: capture.takenAt,
    resources: capture.resources,
    istiods: capture.istiods.map((istiod) => toAnswers(istiod, capture.resources)),
    proxies: capture.proxies.map(toSource).sort((a, b) => (a.id < b.id ? -1 : 1)),
    skipped: capture.errors.map((error): Skipped => toSkipped(capture, error)),
  };
}

function toAnswers(istiod: CapturedIstiod, resources: readonly Resource[]): IstiodAnswers {
  const pod = resources.find((resource) => resource.kind === 'Pod' && resource.metadata.name === istiod.pod);
  return {
    podName: istiod.pod,
    namespace: pod?.metadata.namespace ?? '',
    revision: pod?.metadata.labels['istio.io/rev'] ?? 'default',
    version: istiod.version,
    syncz: istiod.syncz as JsonObject[] | undefined,
    mesh: istiod.mesh,
    problems: [],
  };
}

function toSkipped(capture: Capture, error: { file: string; message: string }): Skipped {
  const what = error.file.startsWith(capture.directory) ? error.file.slice(capture.directory.length + 1) : error.file;
  return {
    what,
    reason: 'rubbish',
    message: `${error.file}: ${error.message}`,
    hides: `what ${what} holds`,
    essential: what.startsWith('resources'),
  };
}

function toSource(proxy: CapturedProxy): ProxySource {
  const folder = dirname(proxy.configDumpFile);
  return {
    id: proxy.id,
    namespace: proxy.namespace,
    podName: proxy.pod,
    read: async (): Promise<ProxyAnswers | Problem> => {
      const configDump = await readFile(proxy.configDumpFile).catch((error: Error) => error);
      if (configDump instanceof Error) {
        const advice = 'take the capture again: this proxy could not be read when it was taken.';
        return {
          code: 'not-found',
          message: `${proxy.id}: no config_dump in the capture (${configDump.message})`,
          advice,
        };
      }
      const problems: Problem[] = [];
      const part = async (read: () => Promise<unknown>): Promise<JsonObject | undefined> => {
        try {
          const value = await read();
          return isObject(value) ? (value as JsonObject) : undefined;
        } catch (error) {
          problems.push({ code: 'rubbish', message: (error as Error).message, advice: 'take the capture again.' });
          return undefined;
        }
      };
      const [clusters, listeners, certs, serverInfo] = await Promise.all([
        part(proxy.clusters),
        part(proxy.listeners),
        part(proxy.certs),
        part(proxy.serverInfo),
      ]);
      const log = await readFile(join(folder, 'proxy.log'), 'utf8').catch(() => undefined);
      return { configDump, clusters, listeners, certs, serverInfo, log, problems };
    },
  };
}
