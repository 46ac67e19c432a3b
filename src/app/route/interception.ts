import { cidrRange } from '../../explain/index.ts';
import { isObject, objects } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';

/** Which traffic of a pod its proxy takes (istio-iptables). */
export interface Interception {
  outbound(ip: string, port: number): boolean;
  inbound(port: number): boolean;
  mode: 'REDIRECT' | 'TPROXY' | 'NONE';
}

const annotation = (pod: Resource, name: string): string | undefined => pod.metadata.annotations[name];

/** Ports that istio-iptables never takes in: Prometheus, health and merged metrics of the proxy itself. */
const ownPorts = ['15090', '15021', '15020'];

/**
 * Reads what the pod's iptables rules redirect: from the arguments of its `istio-init` container, which are what really
 * ran, else from the annotations that a CNI plugin reads.
 */
export function interceptionOf(pod: Resource): Interception {
  const args = initArguments(pod);
  const value = (flag: string, name: string, fallback: string): string => {
    const index = args?.indexOf(flag) ?? -1;
    if (args) return index >= 0 ? (args[index + 1] ?? '') : fallback;
    return annotation(pod, name.includes('/') ? name : `traffic.sidecar.istio.io/${name}`) ?? fallback;
  };
  const mode = value('-m', 'sidecar.istio.io/interceptionMode', 'REDIRECT');
  const includeRanges = items(value('-i', 'includeOutboundIPRanges', '*')).map((it) =>
    it === '*' ? all : cidrRange(it),
  );
  const excludeRanges = items(value('-x', 'excludeOutboundIPRanges', '')).map(cidrRange);
  const includePorts = items(value('-q', 'includeOutboundPorts', ''));
  const excludePorts = items(value('-o', 'excludeOutboundPorts', ''));
  const inboundPorts = items(value('-b', 'includeInboundPorts', '*'));
  const inboundExcluded = [...items(value('-d', 'excludeInboundPorts', '')), ...ownPorts];
  const none = mode === 'NONE' || isOnHostNetwork(pod);
  const own = ownAddresses(pod);
  return {
    mode: none ? 'NONE' : mode === 'TPROXY' ? 'TPROXY' : 'REDIRECT',
    outbound(ip, port) {
      if (none || isLoopback(ip) || own.includes(ip) || excludePorts.includes(String(port))) return false;
      if (excludeRanges.some((within) => within(ip))) return false;
      if (includePorts.includes(String(port))) return true;
      return includeRanges.some((within) => within(ip));
    },
    inbound(port) {
      if (none || inboundExcluded.includes(String(port))) return false;
      return inboundPorts.includes('*') || inboundPorts.includes(String(port));
    },
  };
}

function initArguments(pod: Resource): string[] | undefined {
  const containers = objects((pod.spec as { initContainers?: unknown }).initContainers);
  const init = containers.find((it) => it['name'] === 'istio-init');
  return init && Array.isArray(init['args']) ? init['args'].map(String) : undefined;
}

function items(text: string): string[] {
  return text
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
}

const isLoopback = (ip: string): boolean => ip === '::1' || loopback(ip);
const loopback = cidrRange('127.0.0.0/8');
const all = (): boolean => true;

function isOnHostNetwork(pod: Resource): boolean {
  return (pod.spec as { hostNetwork?: unknown }).hostNetwork === true;
}

/** The addresses of a pod. */
export function ownAddresses(pod: Resource): string[] {
  const { podIP, podIPs } = isObject(pod.object['status']) ? pod.object['status'] : {};
  const all = objects(podIPs).map((it) => String(it['ip']));
  return typeof podIP === 'string' && podIP !== '' ? [...new Set([podIP, ...all])] : all;
}
