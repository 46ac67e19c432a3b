import type { Listener, ProxyConfig } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';

/** Address and port of a socket address, undefined for pipes. */
export function socketOf(address: unknown): { address: string; port: number } | undefined {
  const socket = (address as { socket_address?: { address?: string; port_value?: number } } | undefined)
    ?.socket_address;
  return socket && { address: socket.address ?? '', port: Number(socket.port_value ?? 0) };
}

/** The listeners of a configuration by what finds them. */
interface Listeners {
  /** By `address:port`, without those of the inbound side. */
  bound: Map<string, Listener[]>;
  /** The one that redirected outbound traffic comes to. */
  catching?: Listener;
  inbound: Map<number, Listener>;
  virtualInbound?: Listener;
}

const indexes = new WeakMap<ProxyConfig, Listeners>();

function listenersOf(config: ProxyConfig): Listeners {
  let index = indexes.get(config);
  if (index) return index;
  index = { bound: new Map(), inbound: new Map() };
  for (const listener of config.listeners) {
    const sockets = socketsOf(listener);
    if (listener['traffic_direction'] === 'INBOUND') {
      if (listener.name === 'virtualInbound') index.virtualInbound ??= listener;
      for (const { port } of sockets) if (!index.inbound.has(port)) index.inbound.set(port, listener);
      continue;
    }
    if (listener['use_original_dst'] === true) index.catching ??= listener;
    for (const { address, port } of sockets) {
      const key = `${anyAddress.has(address) ? '*' : address}:${port}`;
      index.bound.set(key, [...(index.bound.get(key) ?? []), listener]);
    }
  }
  indexes.set(config, index);
  return index;
}

const anyAddress = new Set(['0.0.0.0', '::']);

/** All addresses of a listener, `additional_addresses` among them. */
function socketsOf(listener: Listener): { address: string; port: number }[] {
  const more = Array.isArray(listener['additional_addresses']) ? listener['additional_addresses'] : [];
  return [listener.address, ...more.map((it: { address?: unknown }) => it.address)].flatMap((it) => socketOf(it) ?? []);
}

/**
 * The listener of redirected outbound traffic: that of the original destination's address and port, then that of any
 * address and the port, then the one that took the connection (ActiveTcpListener with `use_original_dst`).
 */
export function outboundListener(config: ProxyConfig, ip: string, port: number): Listener | undefined {
  const { catching } = listenersOf(config);
  return listenerAt(config, ip, port, catching) ?? catching;
}

/** The listener that is bound to an address and port, or that stands for them. */
export function listenerAt(config: ProxyConfig, ip: string, port: number, except?: Listener): Listener | undefined {
  const { bound } = listenersOf(config);
  const at = (address: string): Listener | undefined => bound.get(`${address}:${port}`)?.find((it) => it !== except);
  return at(ip) ?? at('*');
}

/** The listener of a workload's inbound side: its own for the port (interception NONE), or the one all is redirected to. */
export function inboundListener(config: ProxyConfig, port: number): Listener | undefined {
  const { virtualInbound, inbound } = listenersOf(config);
  return virtualInbound ?? inbound.get(port);
}

/** Whether a listener asks the kernel where a redirected connection meant to go. */
export function restoresDestination(listener: Listener | undefined): boolean {
  if (listener?.['use_original_dst'] === true) return true;
  return objects(listener?.['listener_filters']).some((it) => it['name'] === 'envoy.filters.listener.original_dst');
}
