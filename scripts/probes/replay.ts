import {
  type Application,
  type Explanation,
  explainDirect,
  explainGateway,
  explainLocal,
  explainOutbound,
  type Peer,
  type Sender,
  type ServedConfig,
  type World,
} from '../../src/explain/index.ts';
import type { Message } from '../../src/model/envoy.ts';
import type { Probe } from './recording.ts';
import { requestOf } from './request.ts';

/** Messages by key, for each part of a configuration. */
export type CompactConfig = Record<'clusters' | 'endpoints' | 'listeners' | 'routes' | 'resolved', string[]>;

/** A peer whose configuration stands under a key. */
export type CompactPeer = Omit<Peer, 'config'> & { config?: string };

/** One probe with all that the engine is told of its surroundings. */
export interface CompactProbe {
  recording: string;
  probe: Probe;
  /** What the client's resolver answered. */
  ip: string;
  sender?: Omit<Sender, 'config'> & { config: string };
  port: number;
  now: number;
  peers: Record<string, CompactPeer>;
  applications: Record<string, Application>;
  /** The recording shows that the probe met another configuration. */
  aside: boolean;
  /** The engine says that the end cannot be told. */
  open: boolean;
  /** The server is not one of the recordings' own. */
  foreign: boolean;
}

export interface CompactProbes {
  messages: Record<string, Message>;
  configs: Record<string, CompactConfig>;
  probes: CompactProbe[];
}

/** Asks the engine again what a compact probe asks. */
export class Replay {
  readonly #all: CompactProbes;
  readonly #configs = new Map<string, ServedConfig>();

  constructor(all: CompactProbes) {
    this.#all = all;
  }

  answer(it: CompactProbe): Explanation {
    const { probe, ip, port, now, peers, applications } = it;
    const { request, status } = requestOf(probe);
    const sender = it.sender && { ...it.sender, config: this.#config(it.sender.config) };
    const world: World = {
      now,
      answer: status,
      peerAt: (address, at) => this.#peer(peers[`${address} ${at}`] ?? { name: address, address, outside: true }),
      application: (pod, at) => applications[`${pod} ${at}`],
    };
    if (probe.gateway !== undefined && sender) return explainGateway(sender, port, request, '10.77.0.1', world);
    const own = sender && (ip === '127.0.0.1' || ip === sender.address);
    const local = own && explainLocal(sender, ip, request, world);
    if (local) return local;
    if (sender) return explainOutbound(sender, ip, request, world);
    const [first] = Object.entries(peers).map(([key, peer]) =>
      explainDirect(this.#peer(peer), Number(key.split(' ')[1]), request, it.sender?.address, world),
    );
    return first ?? { outcome: { kind: 'refused', flag: '-', details: 'no endpoint' } };
  }

  #peer({ config, ...peer }: CompactPeer): Peer {
    return config === undefined ? peer : { ...peer, config: this.#config(config) };
  }

  #config(name: string): ServedConfig {
    let config = this.#configs.get(name);
    if (!config) {
      const keys = this.#all.configs[name];
      const of = (kind: keyof CompactConfig): never[] =>
        (keys?.[kind] ?? []).map((key) => this.#all.messages[key]) as never[];
      config = {
        clusters: of('clusters'),
        endpoints: of('endpoints'),
        listeners: of('listeners'),
        routes: of('routes'),
        resolved: of('resolved'),
      };
      this.#configs.set(name, config);
    }
    return config;
  }
}
