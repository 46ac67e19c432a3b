/** What the value of an annotation must be. */
interface Wanted {
  is(value: string): boolean;
  words: string;
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text.trim()) && Number(text) < 65536;
const isPorts = (text: string): boolean => text.trim() === '' || text.split(',').every(isPort);
const isPrefix = (text: string): boolean => {
  const [address = '', bits = '', ...more] = text.split('/');
  if (more.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  const octets = address.split('.');
  if (octets.length === 4) return Number(bits) <= 32 && octets.every((it) => /^\d{1,3}$/.test(it) && Number(it) < 256);
  return address.includes(':') && /^[0-9a-f:.]+$/i.test(address) && Number(bits) <= 128;
};
const isPrefixes = (text: string): boolean => text === '' || text.split(',').every(isPrefix);
const isCount = (text: string): boolean => /^\d+$/.test(text) && Number(text) < 2 ** 32;
const quantity = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

const ports: Wanted = { is: isPorts, words: 'ports, as "9090,9091"' };
const portsOrAll: Wanted = { is: (it) => it === '*' || isPorts(it), words: '* or ports, as "9090,9091"' };
const ranges: Wanted = { is: isPrefixes, words: 'ranges of addresses without blanks, as "10.0.0.0/8,192.168.0.1/32"' };
const rangesOrAll: Wanted = { is: (it) => it === '*' || isPrefixes(it), words: `* or ${ranges.words}` };
const count: Wanted = { is: isCount, words: 'a whole number' };
const amount: Wanted = { is: (it) => quantity.test(it), words: 'an amount, as 100m or 128Mi' };

/**
 * What the injector holds the values to before it injects a pod (inject.AnnotationValidation); of `proxy.istio.io/config`
 * nothing is known here.
 */
export const wantedValues: ReadonlyMap<string, Wanted> = new Map([
  [
    'sidecar.istio.io/interceptionMode',
    { is: (it: string) => ['REDIRECT', 'TPROXY', 'NONE'].includes(it), words: 'REDIRECT, TPROXY or NONE' },
  ],
  ['status.sidecar.istio.io/port', { is: isPort, words: 'a port' }],
  ['readiness.status.sidecar.istio.io/initialDelaySeconds', count],
  ['readiness.status.sidecar.istio.io/periodSeconds', count],
  ['readiness.status.sidecar.istio.io/failureThreshold', count],
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', rangesOrAll],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', ranges],
  ['traffic.sidecar.istio.io/includeInboundPorts', portsOrAll],
  ['traffic.sidecar.istio.io/excludeInboundPorts', ports],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', ports],
  [
    'prometheus.istio.io/merge-metrics',
    { is: (it: string) => /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(it), words: 'true or false' },
  ],
  ['sidecar.istio.io/proxyCPU', amount],
  ['sidecar.istio.io/proxyMemory', amount],
  ['sidecar.istio.io/proxyCPULimit', amount],
  ['sidecar.istio.io/proxyMemoryLimit', amount],
]);
