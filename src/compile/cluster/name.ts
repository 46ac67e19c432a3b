/** The parts of a cluster's name, `direction|port|subset|host`. */
export interface ClusterName {
  direction: string;
  port: number;
  subset: string;
  hostname: string;
}

/** Name of the cluster of a service port, or of a subset of it (istiod's `BuildSubsetKey`). */
export function outboundClusterName(hostname: string, port: number, subset = ''): string {
  return `outbound|${port}|${subset}|${hostname}`;
}

/** Name of the cluster of a port of the workload itself (istiod's `BuildInboundSubsetKey`). */
export function inboundClusterName(port: number): string {
  return `inbound|${port}||`;
}

/** The form of a name that can stand in SNI; also names the clusters of AUTO_PASSTHROUGH (istiod's `BuildDNSSrvSubsetKey`). */
export function sniClusterName(hostname: string, port: number, subset = ''): string {
  return `outbound_.${port}_.${subset}_.${hostname}`;
}

/** Whether the name has the SNI form (istiod's `IsDNSSrvSubsetKey`). */
export function isSniClusterName(name: string): boolean {
  return name.startsWith('outbound_.') || name.startsWith('inbound_.');
}

/** Reads either form of a name; undefined for a cluster that stands for no service port, such as BlackHoleCluster. */
export function parseClusterName(name: string): ClusterName | undefined {
  const separator = isSniClusterName(name) ? '_.' : '|';
  const [direction, port, subset, ...rest] = name.split(separator);
  if (direction === undefined || port === undefined || subset === undefined || rest.length === 0) return undefined;
  if (!/^\d+$/.test(port)) return undefined;
  return { direction, port: Number(port), subset, hostname: rest.join(separator) };
}
