import type { ResourceType } from '../../model/envoy.ts';

const shortNames: Record<string, ResourceType> = {
  Cluster: 'cluster',
  ClusterLoadAssignment: 'endpoint',
  Listener: 'listener',
  RouteConfiguration: 'route',
};

/** What the log says of one type: Envoy's sentence, and the resource that it names, '' where it names none. */
export interface LogRejection {
  name: string;
  details: string;
}

/**
 * What Envoy's log says of updates that it refused: `gRPC config for type.googleapis.com/envoy.config.cluster.v3.Cluster
 * rejected: Error adding/updating cluster(s) ...` (source/extensions/config_subscription/grpc). A rejected CDS or RDS
 * update leaves no error state in a config_dump. The last reason of each type counts.
 *
 * A validation error quotes the whole message over hundreds of lines; the last lines of a log may then hold its end
 * alone: `Proto constraint validation failed (ClusterValidationError.ConnectTimeout: ...)`.
 */
export function logRejections(log: string): Map<ResourceType, LogRejection> {
  const found = new Map<ResourceType, LogRejection>();
  for (const [, message, reason] of log.matchAll(
    /Proto constraint validation failed \((\w+?)ValidationError\.([^\n]+?)\)/g,
  )) {
    const type = shortNames[message ?? ''];
    if (type) found.set(type, { name: '', details: `${message}ValidationError.${reason}` });
  }
  for (const [, message, reason] of log.matchAll(
    /config for type\.googleapis\.com\/[\w.]+\.(\w+) rejected: ([^\n\t]+)/g,
  )) {
    const type = shortNames[message ?? ''];
    if (type && reason) found.set(type, { name: nameIn(reason), details: reason.trim() });
  }
  return found;
}

/** `Error adding/updating listener(s) virtualInbound: ...`, `Duplicate entry of domain x in route 8080`. */
function nameIn(reason: string): string {
  return /\((?:s)\) ([^\s:]+(?:\|[^\s:]*)*):/.exec(reason)?.[1] ?? / in route (\S+)/.exec(reason)?.[1] ?? '';
}
