/** YAML of an object in `shop` unless told otherwise, for tests of rules. */
export function manifest(
  kind: string,
  name: string,
  spec: string,
  { namespace = 'shop', created = '2024-02-01T00:00:00Z' }: { namespace?: string; created?: string } = {},
): string {
  const group = groups[kind] ?? 'networking.istio.io/v1';
  return `---
apiVersion: ${group}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "${created}"}
spec: ${spec}
`;
}

const groups: Record<string, string> = {
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  TrafficExtension: 'extensions.istio.io/v1alpha1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  Deployment: 'apps/v1',
};
