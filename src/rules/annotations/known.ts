/** The objects that an annotation of Istio's may stand on; a pod's stand on the template of its workload. */
export type AnnotationPlace = 'Pod' | 'Service' | 'Namespace' | 'Any' | 'other';

/** Names by prefix, as istio.io/api has them (annotation.AllResourceAnnotations) in any release from 1.22 to 1.31. */
const names: Readonly<Record<AnnotationPlace, Readonly<Record<string, string>>>> = {
  Pod: {
    'alpha.istio.io': 'identity',
    'ambient.istio.io': 'bypass-inbound-capture dns-capture redirection',
    'inject.istio.io': 'templates',
    'istio.io': 'reroute-virtual-interfaces rev',
    'prometheus.istio.io': 'merge-metrics',
    'proxy.istio.io': 'config overrides',
    'readiness.status.sidecar.istio.io': 'applicationPorts failureThreshold initialDelaySeconds periodSeconds',
    'sidecar.istio.io':
      'agentLogLevel bootstrapOverride capNetBindService componentLogLevel controlPlaneAuthPolicy discoveryAddress enableCoreDump extraStatTags inject interceptionMode logLevel nativeSidecar proxyCPU proxyCPULimit proxyImage proxyImageType proxyMemory proxyMemoryLimit rewriteAppHTTPProbers statsCompression statsEvictionInterval statsFlushInterval statsHistogramBins statsHistogramBuckets statsInclusionPrefixes statsInclusionRegexps statsInclusionSuffixes status userVolume userVolumeMount',
    'status.sidecar.istio.io': 'port',
    'traffic.sidecar.istio.io':
      'excludeInboundPorts excludeInterfaces excludeOutboundIPRanges excludeOutboundPorts includeInboundPorts includeOutboundIPRanges includeOutboundPorts kubevirtInterfaces',
  },
  Service: {
    'alpha.istio.io': 'canonical-serviceaccounts kubernetes-serviceaccounts',
    'istio.io': 'use-waypoint-canary-weight',
    'networking.istio.io': 'exportTo traffic-distribution',
    'traffic.istio.io': 'nodeSelector',
  },
  Namespace: {
    'istio.io': 'use-waypoint-canary-weight',
    'networking.istio.io': 'traffic-distribution',
    'topology.istio.io': 'controlPlaneClusters',
  },
  Any: {
    'galley.istio.io': 'analyze-suppress',
    'gateway.istio.io': 'controller-version',
    'install.operator.istio.io': 'chart-owner owner-generation version',
  },
  other: {
    'ambient.istio.io': 'waypoint-inbound-binding',
    'gateway.istio.io': 'name-override service-account',
    'istio.io':
      'autoRegistrationGroup connectedAt disconnectedAt dry-run use-waypoint-canary-weight workloadController',
    'kubernetes.io': 'ingress.class',
    'networking.istio.io': 'service-type traffic-distribution',
  },
};

/** Where each annotation counts. */
export const placesOfAnnotation: ReadonlyMap<string, ReadonlySet<AnnotationPlace>> = byName();

function byName(): Map<string, Set<AnnotationPlace>> {
  const found = new Map<string, Set<AnnotationPlace>>();
  for (const [place, prefixes] of Object.entries(names) as [AnnotationPlace, Record<string, string>][])
    for (const [prefix, list] of Object.entries(prefixes))
      for (const name of list.split(' ')) {
        const key = `${prefix}/${name}`;
        found.set(key, (found.get(key) ?? new Set()).add(place));
      }
  return found;
}

/** Annotations that go out of use, with what takes their place. */
export const deprecatedAnnotations: ReadonlyMap<string, string> = new Map([
  ['sidecar.istio.io/inject', 'the label sidecar.istio.io/inject'],
  ['sidecar.istio.io/discoveryAddress', 'discoveryAddress in the annotation proxy.istio.io/config'],
  ['sidecar.istio.io/extraStatTags', 'extraStatTags in the annotation proxy.istio.io/config'],
  ['sidecar.istio.io/statsInclusionPrefixes', 'proxyStatsMatcher in the annotation proxy.istio.io/config'],
  ['sidecar.istio.io/statsInclusionRegexps', 'proxyStatsMatcher in the annotation proxy.istio.io/config'],
  ['sidecar.istio.io/statsInclusionSuffixes', 'proxyStatsMatcher in the annotation proxy.istio.io/config'],
  ['traffic.sidecar.istio.io/kubevirtInterfaces', 'the annotation istio.io/reroute-virtual-interfaces'],
]);
