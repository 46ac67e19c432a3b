import { isObject } from '../../../model/json.ts';
import type { Proxy } from '../../../model/proxy.ts';
import { Unknown } from '../../../model/unknown.ts';
import type { EgressListener, Registry, SidecarScope } from '../../../registry/types.ts';
import { idOf } from '../../identity.ts';
import { nodeFlag } from '../../node-metadata.ts';
import { objectAt, objectsAt } from '../config-value.ts';
import type { ProxyInputs } from './inputs.ts';

const known = new WeakMap<SidecarScope, Map<string, unknown>>();

/**
 * Keeps what is compiled for one proxy for all others that would get the same: those with the same scope, and equal in
 * all that routes read from a proxy.
 *
 * @returns a function that computes a value once by its name
 */
export function sharedBetweenProxies(
  proxy: Proxy,
  registry: Registry,
  scope: SidecarScope,
  egress: EgressListener,
  inputs: ProxyInputs,
): <T>(name: string, compute: () => T) => T {
  const key = JSON.stringify([
    proxy.namespace,
    proxy.dnsDomain,
    proxy.ipAddresses.map((address) => address.includes(':')),
    nodeFlag(proxy, 'DNS_CAPTURE'),
    nodeFlag(proxy, 'DNS_AUTO_ALLOCATE'),
    inputs.includeRequestAttemptCount instanceof Unknown || inputs.includeRequestAttemptCount,
    inputs.xForwardedHost instanceof Unknown || inputs.xForwardedHost,
    inputs.includeRequestAttemptCount instanceof Unknown,
    inputs.xForwardedHost instanceof Unknown,
    inputs.passthroughCluster instanceof Unknown ? null : inputs.passthroughCluster,
    isObject(inputs.headersSource) ? idOf(inputs.headersSource) : 0,
    idOf(registry),
    sourceLabelKeys(egress).map((label) => proxy.labels[label] ?? null),
  ]);
  let values = known.get(scope);
  if (!values) {
    values = new Map();
    known.set(scope, values);
  }
  const store = values;
  return <T>(name: string, compute: () => T): T => {
    const full = `${key} ${name}`;
    if (!store.has(full)) store.set(full, compute());
    return store.get(full) as T;
  };
}

const labelKeys = new WeakMap<EgressListener, string[]>();

/** The labels of the source that VirtualServices of this listener look at. */
function sourceLabelKeys(egress: EgressListener): string[] {
  let keys = labelKeys.get(egress);
  if (!keys) {
    const found = new Set<string>();
    for (const { spec } of egress.virtualServices)
      for (const http of objectsAt(spec, 'http'))
        for (const match of objectsAt(http, 'match'))
          for (const label of Object.keys(objectAt(match, 'sourceLabels') ?? {})) found.add(label);
    keys = [...found].sort();
    labelKeys.set(egress, keys);
  }
  return keys;
}
