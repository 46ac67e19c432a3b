import {
  type ClusterState,
  type IstiodAnswers,
  type Problem,
  type ProxyAnswers,
  type ProxyPart,
  type ProxySource,
  proxyParts,
  type Skipped,
} from '../model/cluster-state.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import { type Capture, type CapturedIstiod, type CapturedProxy, readCapture, readCaptures } from './capture.ts';

/** The file of a capture for each part of a proxy's answers. */
const files: Record<ProxyPart, string> = {
  clusters: 'clusters.json',
  listeners: 'listeners.json',
  certs: 'certs.json',
  serverInfo: 'server_info.json',
};

/** The state of one cluster. The name is of the cluster, where the capture is one of several. */
export interface CapturedState {
  name?: string;
  /** The context that it was taken with, where the capture tells. */
  context?: string;
  state: ClusterState;
}

/**
 * Reads a capture, a directory or an archive of one, as the states of its clusters, so that every command works on either.
 *
 * @throws CaptureError where it is no capture, or is one of a newer format
 */
export async function readCaptureStates(
  path: string,
): Promise<{ states: CapturedState[]; unread: { name: string; reason: string }[] }> {
  const { captures, unread } = await readCaptures(path);
  const states = captures.map((capture) => ({
    ...(capture.cluster === undefined ? {} : { name: capture.cluster }),
    ...(capture.context === undefined ? {} : { context: capture.context }),
    state: toState(path, capture),
  }));
  return { states, unread };
}

/**
 * Reads the capture of one cluster as its state.
 *
 * @throws CaptureError as `readCaptureStates`, and for one of several clusters
 */
export async function readCaptureState(path: string): Promise<ClusterState> {
  return toState(path, await readCapture(path));
}

function toState(path: string, capture: Capture): ClusterState {
  return {
    origin: `capture ${path}`,
    takenAt: capture.takenAt,
    resources: capture.resources,
    istiods: [...capture.istiods, ...silent(capture)].map((istiod) => toAnswers(istiod, capture)),
    proxies: capture.proxies.map(toSource).sort((a, b) => (a.id < b.id ? -1 : 1)),
    skipped: [...capture.skipped, ...capture.errors.map((error): Skipped => toSkipped(capture, error))],
    ...(capture.redacted.length > 0 ? { redacted: capture.redacted } : {}),
    ...(capture.leftOut.size > 0 ? { leftOut: capture.leftOut } : {}),
  };
}

/** Istiods that ran when it was taken and told nothing: a proxy that the others do not know may be connected to them. */
function silent({ istiods, istiodNames }: Capture): CapturedIstiod[] {
  const told = new Set(istiods.map(({ pod }) => pod));
  return istiodNames.filter((pod) => !told.has(pod)).map((pod) => ({ pod }));
}

function toAnswers(istiod: CapturedIstiod, { resources, problems }: Capture): IstiodAnswers {
  const pod = resources.find((resource) => resource.kind === 'Pod' && resource.metadata.name === istiod.pod);
  return {
    podName: istiod.pod,
    namespace: pod?.metadata.namespace ?? '',
    revision: pod?.metadata.labels['istio.io/rev'] ?? 'default',
    version: istiod.version,
    syncz: istiod.syncz as JsonObject[] | undefined,
    mesh: istiod.mesh,
    clusterz: istiod.clusterz,
    problems: problems.filter(({ message }) => message.includes(istiod.pod)),
  };
}

function toSkipped(capture: Capture, error: { file: string; message: string }): Skipped {
  const what = error.file.startsWith(capture.name) ? error.file.slice(capture.name.length + 1) : error.file;
  return {
    what,
    reason: 'rubbish',
    message: `${error.file}: ${error.message}`,
    hides: `what ${what} holds`,
    essential: what.startsWith('resources'),
  };
}

function toSource(proxy: CapturedProxy): ProxySource {
  return {
    id: proxy.id,
    namespace: proxy.namespace,
    podName: proxy.pod,
    read: async (_signal, parts = proxyParts): Promise<ProxyAnswers | Problem> => {
      const configDump = await proxy.read('config_dump.json').catch((error: Error) => error);
      if (configDump instanceof Error) {
        const advice = 'take the capture again: this proxy could not be read when it was taken.';
        return {
          code: 'not-found',
          message: `${proxy.id}: no config_dump in the capture (${configDump.message})`,
          advice,
        };
      }
      const problems: Problem[] = [];
      const part = async (name: ProxyPart): Promise<JsonObject | undefined> => {
        if (!parts.includes(name)) return undefined;
        try {
          const value = await proxy.json(files[name]);
          return isObject(value) ? (value as JsonObject) : undefined;
        } catch (error) {
          problems.push({ code: 'rubbish', message: (error as Error).message, advice: 'take the capture again.' });
          return undefined;
        }
      };
      const [clusters, listeners, certs, serverInfo] = await Promise.all(proxyParts.map(part));
      const log = await proxy.read('proxy.log').then(
        (bytes) => bytes.toString('utf8'),
        () => undefined,
      );
      return { configDump, clusters, listeners, certs, serverInfo, log, problems };
    },
  };
}
