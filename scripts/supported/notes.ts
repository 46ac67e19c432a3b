import type { State } from './print.ts';

/** Why a field is not compiled, or only partly, or shows no effect though it is. */
export interface Note {
  /** `group/Kind`; `MeshConfig` has no group. */
  kinds: RegExp;
  field: RegExp;
  state: State;
  reason: string;
}

const noConfig = (who: string) => `no config that istiod sends follows from it: ${who}`;
const note = (kinds: RegExp, field: RegExp, state: State, reason: string): Note => ({ kinds, field, state, reason });

/** The first that fits counts; a proof counts before all but `partly`. */
export const notes: readonly Note[] = [
  note(/VirtualService$/, /http2Error|exponentialDelay|sourceSubnet/, 'not', 'istiod does not read it'),
  note(/VirtualService$/, /mirror_percent$/, 'not', 'an old name; mirrorPercentage is compiled'),
  note(/DestinationRule$/, /backendUtilization|consecutiveErrors$/, 'not', 'istiod does not read it'),
  note(/EnvoyFilter$/, /filterClass$|filterChain\.transportSocket$/, 'not', 'istiod does not read it'),
  note(/RequestAuthentication$/, /jwksUri$/, 'partly', 'the keys that it leads to are not known, and so not compared'),
  note(/RequestAuthentication$/, /jwks_uri$/, 'not', 'an old name; jwksUri is compiled'),
  note(
    /AuthorizationPolicy$/,
    /source\.not(ServiceAccounts|TrustDomains)/,
    'compiled, not recorded',
    'read together with the field that it negates',
  ),
  note(
    /WasmPlugin$|TrafficExtension$/,
    /failStrategy|imagePullPolicy|pluginConfig|pluginName|sha256|vmConfig|url$/,
    'not',
    'Envoy fetches it as a resource of its own (ECDS), which is not compared; the filter that names it is compiled',
  ),
  note(/k8s\.io/, /externalAuth/, 'not', 'istiod does not read it'),
  note(
    /MeshConfig/,
    /verifyCertificateAtClient/,
    'not',
    'istiod reads VERIFY_CERTIFICATE_AT_CLIENT of its environment instead',
  ),
  note(/MeshConfig/, /hboneIdleTimeout/, 'not', 'ambient mode: only tunnels of sidecars are compiled'),
  note(/WorkloadGroup$/, /^spec\.probe/, 'not', noConfig("the probe is pilot-agent's")),
  note(/WorkloadGroup$/, /./, 'not', noConfig('istiod makes WorkloadEntries of it, and these are compiled')),
  note(
    /io\/ProxyConfig$/,
    /image|concurrency/,
    'not',
    noConfig('injection writes it into the pod, Envoy starts with it'),
  ),
  note(
    /k8s\.io\/Gateway$/,
    /^spec\.(addresses|infrastructure)/,
    'not',
    noConfig('it shapes the Deployment and Service'),
  ),
  note(
    /k8s\.io/,
    /extensionRef|sessionPersistence|useDefaultGateways|defaultScope|spec\.rules\[\]\.name/,
    'not',
    'istiod does not read it',
  ),
  note(
    /WasmPlugin$|TrafficExtension$/,
    /imagePullSecret|verificationKey/,
    'not',
    noConfig('it is for fetching the module'),
  ),
  note(
    /MeshConfig/,
    /^(ingressController|ingressSelector|configSources|caCertificates|enablePrometheusMerge|proxyHttpPort|thriftConfig|defaultConfig\.(binaryPath|configPath|customConfigFile|statsd|controlPlaneAuth|proxyBootstrap|readinessProbe|holdApp|proxyStats|image|caCert|privateKey|drainDuration|terminationDrain|extraStatTags|statNameLength|statusPort|proxyAdminPort|discoveryAddress|concurrency|fileFlush))/,
    'not',
    noConfig("it is for injection, pilot-agent and Envoy's bootstrap"),
  ),
  note(/MeshConfig/, /serviceScopeConfigs/, 'not', noConfig("ambient mode's ztunnel and waypoints read it")),
];

export function noteOf(kind: { group: string; kind: string }, pattern: string): Note | undefined {
  const name = kind.group === '' ? kind.kind : `${kind.group}/${kind.kind}`;
  return notes.find((item) => item.kinds.test(name) && item.field.test(pattern));
}
