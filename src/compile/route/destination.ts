import type { JsonObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Service } from '../../registry/types.ts';
import { numberAt, objectAt, textAt } from './config-value.ts';

/** What is known of a destination's service where a route is built: its ports are those in reach of the listener. */
export interface DestinationService {
  service: Service;
  /** Port numbers that count for the choice of a port that the destination does not name. */
  ports: number[];
}

/** `outbound|8080|v1|catalog.shop.svc.cluster.local` (istiod's `BuildSubsetKey`). */
export function outboundCluster(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

/**
 * The cluster that a `Destination` leads to (istiod's `GetDestinationCluster`). The port is the destination's own, else
 * the only port of the service, else that of the listener. A service that is not known still gets a cluster name: the
 * request then fails for lack of the cluster.
 */
export function destinationCluster(
  destination: JsonObject | undefined,
  known: DestinationService | undefined,
  listenerPort: number,
): string {
  const named = textAt(destination, 'host');
  if (named === '') return 'UnknownService';
  const host = known?.service.externalName || named;
  const port =
    numberAt(objectAt(destination, 'port'), 'number') ??
    (objectAt(destination, 'port') ? 0 : known?.ports.length === 1 ? (known.ports[0] as number) : listenerPort);
  return outboundCluster(port, textAt(destination, 'subset'), host);
}

/** The keys of a destination that make up the cluster's name: of those that are set, subset first. */
export function destinationOrigins(destination: JsonObject | undefined): Source[] {
  if (!destination) return [];
  return ['subset', 'host', 'port'].filter((key) => destination[key] !== undefined).map((key) => [destination, key]);
}
