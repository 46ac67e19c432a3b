import type { SyncType } from './sync.ts';

const shortNames: Record<string, SyncType> = {
  Cluster: 'cluster',
  ClusterLoadAssignment: 'endpoint',
  Listener: 'listener',
  RouteConfiguration: 'route',
  TypedExtensionConfig: 'extension',
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
export function logRejections(log: string): Map<SyncType, LogRejection> {
  const found = new Map<SyncType, LogRejection>();
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

/** What an error means that Envoy answered to istiod: the reason without the message that a validation error quotes. */
export function readRejection(error: string): LogRejection {
  const invalid = /Proto constraint validation failed \((\w+?ValidationError\.[^\n]+?)\)\s*$/.exec(error)?.[1];
  if (invalid === undefined) return { name: nameIn(error), details: error.trim() };
  // The quoted message begins with the resource's own name.
  return { name: /(?:^|\n)(?:cluster_)?name: "((?:[^"\\]|\\.)*)"/.exec(error)?.[1] ?? '', details: invalid };
}

/** `Error adding/updating listener(s) virtualInbound: ...`, `Duplicate entry of domain x in route 8080`. */
function nameIn(reason: string): string {
  return /\((?:s)\) ([^\s:]+(?:\|[^\s:]*)*):/.exec(reason)?.[1] ?? / in route (\S+)/.exec(reason)?.[1] ?? '';
}
