import { applications } from './applications.ts';

/** A kind of objects that is read from the API server. */
export interface Kind {
  /** `virtualservices` */
  plural: string;
  group: string;
  /** What the report cannot say where it may not be listed. */
  hides: string;
  /** Config that Git may hold: who set which field (`managedFields`) is kept for it. */
  config: boolean;
  /** Its absence is nothing to speak of. */
  optional?: boolean;
  /** Nothing at all can be examined without it. */
  essential: boolean;
}

const kind = (name: string, hides: string, flags: { config?: boolean; essential?: boolean } = {}): Kind => {
  const dot = name.indexOf('.');
  return {
    plural: dot < 0 ? name : name.slice(0, dot),
    group: dot < 0 ? '' : name.slice(dot + 1),
    hides,
    config: flags.config ?? false,
    essential: flags.essential ?? false,
  };
};
const config = (name: string, hides: string): Kind => kind(name, hides, { config: true });
const essential = { essential: true };

/** All kinds that the compiler or a rule reads. Secrets are none of them; ConfigMaps are read by name (config-maps.ts). */
export const kinds: readonly Kind[] = [
  kind('namespaces', 'exports, injection and revisions cannot be resolved', essential),
  kind('services', 'no host of the mesh can be resolved', essential),
  kind('pods', 'no proxy can be found', essential),
  kind('endpointslices.discovery.k8s.io', 'expected endpoints, and clusters that depend on their mTLS mode'),
  kind('deployments.apps', "names of workloads, istiod's own settings"),
  kind('replicasets.apps', 'names of workloads'),
  kind('serviceaccounts', 'identities of workloads'),
  kind('nodes', 'localities of proxies and endpoints'),
  kind('mutatingwebhookconfigurations.admissionregistration.k8s.io', 'which pods should be injected, revision tags'),
  config('virtualservices.networking.istio.io', 'drift of routes, expected routes'),
  config('destinationrules.networking.istio.io', 'drift of traffic policies and subsets, expected clusters'),
  config('gateways.networking.istio.io', 'drift of gateways, expected listeners of gateways'),
  config('serviceentries.networking.istio.io', 'hosts outside the cluster'),
  config('sidecars.networking.istio.io', 'what each proxy should see'),
  config('envoyfilters.networking.istio.io', 'patches of what istiod sends'),
  config('workloadentries.networking.istio.io', 'endpoints outside the cluster'),
  config('workloadgroups.networking.istio.io', 'drift of workload groups'),
  config('proxyconfigs.networking.istio.io', 'settings of proxies'),
  config('peerauthentications.security.istio.io', 'mTLS modes'),
  config('requestauthentications.security.istio.io', 'expected JWT filters'),
  config('authorizationpolicies.security.istio.io', 'expected RBAC filters, who may call whom'),
  config('telemetries.telemetry.istio.io', 'expected access logs, tracing and metrics'),
  config('wasmplugins.extensions.istio.io', 'expected Wasm filters'),
  config('trafficextensions.extensions.istio.io', 'expected extension filters'),
  config('gatewayclasses.gateway.networking.k8s.io', "which gateways are Istio's"),
  config('gateways.gateway.networking.k8s.io', 'drift of gateways, expected listeners of gateways'),
  config('httproutes.gateway.networking.k8s.io', 'drift of routes, expected routes'),
  config('grpcroutes.gateway.networking.k8s.io', 'drift of routes, expected routes'),
  config('tlsroutes.gateway.networking.k8s.io', 'drift of routes, expected listeners'),
  config('tcproutes.gateway.networking.k8s.io', 'drift of routes, expected listeners'),
  config('referencegrants.gateway.networking.k8s.io', 'which references across namespaces are allowed'),
  config('backendtlspolicies.gateway.networking.k8s.io', 'TLS towards backends of routes'),
  { ...kind(applications, 'which differences Argo CD is told to leave'), optional: true },
];

/** `pods`, `virtualservices.networking.istio.io`: as kubectl and the files of a capture name it. */
export function kindName({ plural, group }: { plural: string; group: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}
