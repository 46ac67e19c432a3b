/** A field, or one of its values, that still counts and should not be used any more. */
interface Deprecated {
  /** `group/Kind` or the end of a group's name; several kinds share fields. */
  kinds: readonly string[];
  /** The last steps of its path, `[]` for any item: `corsPolicy.allowOrigin`. */
  path: string;
  /** The value that is meant; absent: any. */
  value?: string;
  /** What to write. */
  instead: string;
}

const network = (kind: string): string => `networking.istio.io/${kind}`;

/** Marked as deprecated in Istio's API (`deprecated = true`, or by its documentation). */
export const deprecated: readonly Deprecated[] = [
  { kinds: [network('VirtualService')], path: 'mirrorPercent', instead: 'mirrorPercentage: {value: ...}' },
  { kinds: [network('VirtualService')], path: 'mirror_percent', instead: 'mirrorPercentage: {value: ...}' },
  {
    kinds: [network('VirtualService')],
    path: 'corsPolicy.allowOrigin',
    instead: 'allowOrigins, a list of {exact: ...}, {prefix: ...} or {regex: ...}',
  },
  { kinds: [network('VirtualService')], path: 'fault.delay.percent', instead: 'percentage: {value: ...}' },
  { kinds: [network('DestinationRule')], path: 'loadBalancer.simple', value: 'LEAST_CONN', instead: 'LEAST_REQUEST' },
  {
    kinds: [network('DestinationRule')],
    path: 'consistentHash.minimumRingSize',
    instead: 'ringHash: {minimumRingSize: ...}',
  },
  { kinds: [network('DestinationRule')], path: 'loadBalancer.warmupDurationSecs', instead: 'warmup: {duration: ...}' },
  {
    kinds: [network('DestinationRule')],
    path: 'outlierDetection.consecutiveErrors',
    instead: 'consecutive5xxErrors or consecutiveGatewayErrors',
  },
  { kinds: [network('Gateway'), network('Sidecar')], path: 'port.targetPort', instead: 'nothing: it has no effect' },
];
