import { createHash } from 'node:crypto';
import { ask } from '../../src/app/route/ask.ts';
import type { Application, Peer, Sender, ServedConfig } from '../../src/explain/index.ts';
import type { Message } from '../../src/model/envoy.ts';
import { hopsOf, setAside } from './aside.ts';
import { questionOf } from './judge.ts';
import type { Probe, Recording } from './recording.ts';
import type { CompactConfig, CompactPeer, CompactProbe, CompactProbes } from './replay.ts';

const kinds = ['clusters', 'endpoints', 'listeners', 'routes', 'resolved'] as const;

/**
 * Collects of recordings what the engine looks at for each probe: of each proxy on the way the listeners, routes, clusters
 * and endpoints that came into question, and who stands at which address. Equal messages are kept once.
 */
export class Compact {
  readonly #messages = new Map<string, Message>();
  readonly #configs = new Map<string, Record<keyof CompactConfig, Set<string>>>();
  readonly #probes: CompactProbe[] = [];

  /** Adds what one probe needs; a probe that the engine is not asked about is left out. */
  add(recording: Recording, probe: Probe): void {
    const { start, request, settings } = questionOf(recording, probe);
    const mesh = recording.meshes.dump;
    const peers: Record<string, CompactPeer> = {};
    const applications: Record<string, Application> = {};
    const peerAt = mesh.peerAt.bind(mesh);
    mesh.peerAt = (address, port) => {
      const peer = peerAt(address, port);
      peers[`${address} ${port}`] = this.#peer(recording.name, peer);
      return peer;
    };
    const application: typeof settings.application = (pod, port) => {
      const found = recording.lab.application(pod, port);
      if (found) applications[`${pod} ${port}`] = found;
      return found;
    };
    const answer = ask(mesh, start, request, { ...settings, application });
    mesh.peerAt = peerAt;
    // Without a proxy on the way or a peer at the end the engine is not asked.
    if (!answer || (!answer.hop && Object.keys(peers).length === 0)) return;
    for (const hop of hopsOf(answer)) this.#use(recording, hop.proxy, request.port, hop);
    const sender = mesh.sender(start.pod);
    this.#probes.push({
      recording: recording.name,
      probe,
      ip: answer.resolved?.ip ?? '',
      ...(sender && { sender: { ...sender, config: `${recording.name} ${sender.name}` } }),
      port: start.kind === 'gateway' ? start.port : request.port,
      now: recording.takenAt,
      peers,
      applications,
      aside: setAside(recording, answer, probe) !== undefined,
      open: answer.outcome.kind === 'open',
      foreign: !recording.lab.echoes(answer.outcome.server ?? ''),
    });
  }

  /** All that was added. */
  result(): CompactProbes {
    const configs = [...this.#configs].map(([name, sets]): [string, CompactConfig] => [
      name,
      Object.fromEntries(kinds.map((kind) => [kind, [...sets[kind]]])) as unknown as CompactConfig,
    ]);
    return { messages: Object.fromEntries(this.#messages), configs: Object.fromEntries(configs), probes: this.#probes };
  }

  #peer(recording: string, { config, ...peer }: Peer): CompactPeer {
    return config ? { ...peer, config: `${recording} ${peer.name}` } : peer;
  }

  #use(recording: Recording, proxy: string, port: number, hop: ReturnType<typeof hopsOf>[number]): void {
    const config: ServedConfig | undefined = this.#senderOf(recording, proxy)?.config;
    if (!config) return;
    const name = `${recording.name} ${proxy}`;
    const sets = this.#configs.get(name) ?? {
      clusters: new Set(),
      endpoints: new Set(),
      listeners: new Set(),
      routes: new Set(),
      resolved: new Set(),
    };
    this.#configs.set(name, sets);
    const clusters = new Set(hop.clusters.map((it) => it.cluster));
    const add = (kind: keyof CompactConfig, message: Message): void => {
      sets[kind].add(this.#keep(message));
    };
    for (const it of config.listeners)
      if (it === hop.listener || it['use_original_dst'] === true || isAt(it, port)) add('listeners', it);
    for (const it of config.routes) if (it === hop.config) add('routes', it);
    for (const it of config.clusters) if (clusters.has(it.name)) add('clusters', it);
    for (const it of config.endpoints) if (clusters.has(it.cluster_name)) add('endpoints', it);
    for (const it of config.resolved ?? []) if (clusters.has(it.cluster_name)) add('resolved', it);
  }

  #senderOf({ meshes, pods }: Recording, id: string): Sender | undefined {
    const pod = pods.find(({ metadata: { namespace, name } }) => `${namespace}/${name}` === id);
    return pod && meshes.dump.sender(pod);
  }

  #keep(message: Message): string {
    const text = JSON.stringify(message, (key, value) => (unread.has(key) ? undefined : value));
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 10);
    this.#messages.set(hash, JSON.parse(text) as Message);
    return hash;
  }
}

/** What the engine never looks at. */
const unread = new Set(['access_log', 'tracing', 'circuit_breakers', 'decorator', 'stat_prefix', 'alt_stat_name']);

function isAt(listener: Message, port: number): boolean {
  return listener['address']?.['socket_address']?.['port_value'] === port;
}
