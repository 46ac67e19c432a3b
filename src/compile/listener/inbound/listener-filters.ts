import type { FilterChain, Message } from '../../../model/envoy.ts';
import { extension } from '../../http/typed-config.ts';
import { httpInspector, originalDestination, tlsInspector } from '../defaults.ts';

/**
 * The listener filters that the chains need: the original destination, and the inspectors of TLS and HTTP, each switched
 * off for ports whose chains do not ask for it (istiod's `populateListenerFilters`).
 */
export function listenerFilters(chains: readonly FilterChain[], intercepted: boolean, transparent: boolean): Message[] {
  const filters: Message[] = [];
  if (intercepted) filters.push(originalDestination());
  if (intercepted && transparent) filters.push(originalSource());
  const tls = portsThat(chains, (match) => match['transport_protocol'] === 'tls');
  const http = portsThat(chains, (match) =>
    ((match['application_protocols'] ?? []) as string[]).some((item) => item === 'http/1.1' || item === 'h2c'),
  );
  if ([...tls.values()].includes(true)) filters.push({ ...tlsInspector(), ...tlsDisabled(tls) });
  if ([...http.values()].includes(true)) filters.push({ ...httpInspector(), ...disabledOn(ports(http, false)) });
  return filters;
}

/** Keeps the client's address on the way to the application; the mark takes the answers back to the proxy. */
function originalSource(): Message {
  return extension(
    'envoy.filters.listener.original_src',
    'envoy.extensions.filters.listener.original_src.v3.OriginalSrc',
    {
      mark: 1337,
    },
  );
}

/** By port (0: all others), whether one of its chains asks for an inspector. */
function portsThat(chains: readonly FilterChain[], asks: (match: Message) => boolean): Map<number, boolean> {
  const found = new Map<number, boolean>();
  for (const chain of chains) {
    const match = chain.filter_chain_match ?? {};
    const port = Number(match['destination_port'] ?? 0);
    found.set(port, (found.get(port) ?? false) || asks(match));
  }
  return found;
}

function ports(inspected: ReadonlyMap<number, boolean>, wanted: boolean): number[] {
  return [...inspected]
    .filter(([, inspects]) => inspects === wanted)
    .map(([port]) => port)
    .sort((a, b) => a - b);
}

/** Where traffic to any port is inspected the exceptions are named, otherwise the ports that are. */
function tlsDisabled(inspected: ReadonlyMap<number, boolean>): Message {
  if (inspected.get(0)) return disabledOn(ports(inspected, false));
  return { filter_disabled: { not_match: portPredicate(ports(inspected, true)) } };
}

function disabledOn(exceptions: readonly number[]): Message {
  return exceptions.length === 0 ? {} : { filter_disabled: portPredicate(exceptions) };
}

function portPredicate(list: readonly number[]): Message {
  const ranges = list.map((port) => ({ destination_port_range: { start: port, end: port + 1 } }));
  return ranges.length === 1 ? (ranges[0] as Message) : { or_match: { rules: ranges } };
}
