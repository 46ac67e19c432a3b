/** What the sending proxy logged of a request. */
export interface Logged {
  /** When the request began, in milliseconds. */
  time?: number;
  status: number;
  flag: string;
  details?: string;
  /** Undefined: the log's format does not have it; null: none. */
  route?: string | null;
  cluster?: string | null;
  /** `address:port` of the connections' ends. */
  upstreamLocal?: string;
  downstreamRemote?: string;
}

const none = (text: string | undefined): string | null => (text === undefined || text === '-' ? null : text);

/** Reads a line in Istio's default text format, or in JSON with the fields that recordings chose; undefined for others. */
export function readAccessLog(line: string): Logged | undefined {
  if (line.startsWith('{')) return ofJson(line);
  const [, time = '', rest] = /^\[([^\]]*)\] "(?:[^"\\]|\\.)*" (.*)$/.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const parts = rest.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const [status, flag, details] = parts;
  // status flags details termination "failure" in out duration service "xff" "agent" "id" "authority" "upstream" cluster ...
  if (!/^\d+$/.test(status ?? '') || parts.length < 20) return undefined;
  return {
    time: Date.parse(time),
    status: Number(status),
    flag: flag ?? '-',
    details,
    cluster: none(parts[14]),
    upstreamLocal: parts[15],
    downstreamRemote: parts[17],
    route: none(parts[19]),
  };
}

function ofJson(line: string): Logged | undefined {
  const value = JSON.parse(line) as Record<string, unknown>;
  const status = value['code'] ?? value['response_code'] ?? value['status'];
  if (status === undefined) return undefined;
  const text = (key: string, other = key): string | null | undefined => {
    const found = value[key] ?? value[other];
    return key in value || other in value ? none(typeof found === 'string' ? found : '-') : undefined;
  };
  return {
    status: Number(status),
    flag: text('flags', 'response_flags') ?? '-',
    details: text('details', 'response_code_details') ?? undefined,
    route: text('route', 'route_name'),
    cluster: text('upstream_cluster_raw', 'upstream_cluster_raw'),
  };
}
