import type { Listener, Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { connectsTo } from './ask.ts';
import { writtenOf } from './curl.ts';
import type { EffectiveChange } from './effective-changes.ts';
import { ofBytes } from './request-end.ts';
import { differenceOf, endOfAsked, type MeshSides, type Told } from './sides.ts';

const request = { method: 'GET', path: '/', headers: [] };

/** A connection that a filter chain takes, as a client can open it. */
interface Opened {
  host: string;
  port: number;
  tls: boolean;
  address?: string;
}

/** Connections that are passed on as bytes (TCP, TLS by its SNI) and go another way: one for each name and destination. */
export function streamRequests(sides: MeshSides, { proxy, former, differences }: EffectiveChange) {
  const touched = new Set(differences.map(({ type, name }) => `${type} ${name}`));
  const opened = new Map<string, Opened>();
  const [before, after] = [sides.base.compiled.config(former), sides.head.compiled.config(proxy)];
  for (const listener of [...after.listeners, ...before.listeners]) {
    if (listener['traffic_direction'] === 'INBOUND' || String(listener.name).startsWith('virtual')) continue;
    const changed = touched.has(`listener ${listener.name}`);
    for (const chain of (listener['filter_chains'] ?? []) as Message[]) {
      const clusters = clustersOf(chain);
      const led = clusters.some((name) => touched.has(`cluster ${name}`) || touched.has(`endpoint ${name}`));
      const names: string[] = chain['filter_chain_match']?.['server_names'] ?? [];
      // What requests of HTTP meet in a chain is told with its routes.
      if ((!changed || (clusters.length === 0 && names.length === 0)) && !led) continue;
      for (const it of openedBy(listener, chain, names, clusters)) opened.set(JSON.stringify(it), it);
    }
  }
  const found = new Map<string, Told>();
  for (const it of opened.values()) {
    const difference = differenceOf(sides, (side) => endOfAsked(side, { proxy, ...it, request }));
    if (!difference) continue;
    const words = it.tls ? difference : ofBytes(difference);
    const kind = JSON.stringify([it.port, words]);
    if (found.has(kind)) continue;
    const address = connectsTo(sides.head, { proxy, ...it, request });
    const target = { ...it, gateway: proxy.type === 'router', address, bytes: !it.tls };
    found.set(kind, { ...writtenOf(target, request), ...words });
  }
  return [...found.values()];
}

function clustersOf(chain: Message): string[] {
  return objects(chain['filters']).flatMap((filter) => {
    const config = (filter as Message)['typed_config'];
    if (!String(config?.['@type']).endsWith('.TcpProxy')) return [];
    const weighted = objects(config['weighted_clusters']?.['clusters']).map((it) => String(it['name']));
    return config['cluster'] === undefined ? weighted : [String(config['cluster']), ...weighted];
  });
}

function openedBy(listener: Listener, chain: Message, names: readonly string[], clusters: readonly string[]): Opened[] {
  const socket = listener['address']?.['socket_address'];
  const port = Number(socket?.['port_value']);
  if (!(port > 0)) return [];
  const match: Message = chain['filter_chain_match'] ?? {};
  const bound = socket['address'] === '0.0.0.0' || socket['address'] === '::' ? undefined : socket['address'];
  // A listener takes what comes to its own address, whatever else a chain's range holds.
  const address: string | undefined = bound ?? match['prefix_ranges']?.[0]?.['address_prefix'];
  const at = address === undefined ? {} : { address };
  if (names.length > 0) return names.map((name) => ({ host: name.replace(/^\*/, 'any'), port, tls: true, ...at }));
  const host = address ?? /^outbound\|\d+\|[^|]*\|([\w.-]+)$/.exec(clusters[0] ?? '')?.[1];
  return host === undefined ? [] : [{ host, port, tls: match['transport_protocol'] === 'tls', ...at }];
}
