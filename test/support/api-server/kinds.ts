/** What the API server of the tests serves: `plural[.group]` → kind and versions, the preferred one first. */
export const servedKinds: Record<string, { kind: string; versions: string[]; namespaced?: false }> = {
  namespaces: { kind: 'Namespace', versions: ['v1'], namespaced: false },
  services: { kind: 'Service', versions: ['v1'] },
  pods: { kind: 'Pod', versions: ['v1'] },
  serviceaccounts: { kind: 'ServiceAccount', versions: ['v1'] },
  nodes: { kind: 'Node', versions: ['v1'], namespaced: false },
  configmaps: { kind: 'ConfigMap', versions: ['v1'] },
  secrets: { kind: 'Secret', versions: ['v1'] },
  'endpointslices.discovery.k8s.io': { kind: 'EndpointSlice', versions: ['v1'] },
  'deployments.apps': { kind: 'Deployment', versions: ['v1'] },
  'replicasets.apps': { kind: 'ReplicaSet', versions: ['v1'] },
  'virtualservices.networking.istio.io': { kind: 'VirtualService', versions: ['v1', 'v1beta1', 'v1alpha3'] },
  'destinationrules.networking.istio.io': { kind: 'DestinationRule', versions: ['v1', 'v1beta1', 'v1alpha3'] },
  'envoyfilters.networking.istio.io': { kind: 'EnvoyFilter', versions: ['v1alpha3'] },
  'peerauthentications.security.istio.io': { kind: 'PeerAuthentication', versions: ['v1', 'v1beta1'] },
  'httproutes.gateway.networking.k8s.io': { kind: 'HTTPRoute', versions: ['v1', 'v1beta1'] },
};

/** Discovery documents: `/apis`, `/api/v1`, `/apis/<group>/<version>`. Undefined for a path that is none of them. */
export function discoveryDocument(path: string, served: typeof servedKinds): object | undefined {
  const kinds = Object.entries(served).map(([name, entry]) => ({ ...splitName(name), ...entry }));
  if (path === '/apis') {
    const groups = [...new Set(kinds.map(({ group }) => group).filter((group) => group !== ''))];
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => {
        const all = [...new Set(kinds.filter(({ group }) => group === name).flatMap(({ versions }) => versions))];
        const versions = all.map((version) => ({ groupVersion: `${name}/${version}`, version }));
        return { name, versions, preferredVersion: versions[0] };
      }),
    };
  }
  const [, group = '', version] = /^\/apis\/([^/]+)\/([^/]+)$/.exec(path) ?? /^\/api()\/(v1)$/.exec(path) ?? [];
  if (version === undefined) return undefined;
  const resources = kinds
    .filter((kind) => kind.group === group && kind.versions.includes(version))
    .flatMap(({ plural, kind, namespaced = true }) => [
      { name: plural, kind, namespaced, verbs: ['create', 'delete', 'get', 'list', 'watch'] },
      { name: `${plural}/status`, kind, namespaced, verbs: ['get', 'update'] },
    ]);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group ? `${group}/${version}` : version,
    resources,
  };
}

export function splitName(name: string): { plural: string; group: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { plural: name, group: '' } : { plural: name.slice(0, dot), group: name.slice(dot + 1) };
}
