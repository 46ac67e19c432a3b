import type { Listener, ProxyConfig } from '../../model/envoy.ts';

/** Address and port of a socket address, undefined for pipes. */
export function socketOf(address: unknown): { address: string; port: number } | undefined {
  const socket = (address as { socket_address?: { address?: string; port_value?: number } } | undefined)
    ?.socket_address;
  return socket && { address: socket.address ?? '', port: Number(socket.port_value ?? 0) };
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
  const catching = config.listeners.find(
    (it) => it['use_original_dst'] === true && it['traffic_direction'] !== 'INBOUND',
  );
  return listenerAt(config, ip, port, catching) ?? catching;
}

/** The listener that is bound to an address and port, or that stands for them. */
export function listenerAt(config: ProxyConfig, ip: string, port: number, except?: Listener): Listener | undefined {
  const at = (wanted: (address: string) => boolean): Listener | undefined =>
    config.listeners.find(
      (it) =>
        it !== except &&
        it['traffic_direction'] !== 'INBOUND' &&
        socketsOf(it).some((socket) => socket.port === port && wanted(socket.address)),
    );
  return at((address) => address === ip) ?? at((address) => anyAddress.has(address));
}

/** The listener of a workload's inbound side: its own for the port (interception NONE), or the one all is redirected to. */
export function inboundListener(config: ProxyConfig, port: number): Listener | undefined {
  const inbound = config.listeners.filter((it) => it['traffic_direction'] === 'INBOUND');
  const redirected = inbound.find((it) => it.name === 'virtualInbound');
  return redirected ?? inbound.find((it) => socketsOf(it).some((socket) => socket.port === port));
}
