import type { ClusterState } from '../model/cluster-state.ts';
import { type Code, codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { hiddenKinds } from './hidden-kinds.ts';

const destinationRules = 'destinationrules.networking.istio.io';
const gateways = ['gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io'];
const hosts = ['serviceentries.networking.istio.io', 'virtualservices.networking.istio.io'];
const routes = [
  'virtualservices.networking.istio.io',
  ...['httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes'].map((kind) => `${kind}.gateway.networking.k8s.io`),
];
const mutualTls = ['peerauthentications.security.istio.io', destinationRules];

/** Findings that say that something is absent, with the kinds that they were looked for among. */
const restsOn: Partial<Record<Code, readonly string[]>> = {
  [codes.unknownHost]: hosts,
  [codes.hostOfNobody]: hosts,
  [codes.unknownPort]: hosts,
  [codes.hiddenHost]: [...hosts, 'sidecars.networking.istio.io'],
  [codes.unknownSubset]: [destinationRules],
  [codes.hiddenSubset]: [destinationRules],
  [codes.emptySubset]: ['workloadentries.networking.istio.io', 'serviceentries.networking.istio.io'],
  [codes.unknownGateway]: gateways,
  [codes.unservedHost]: gateways,
  [codes.unknownParent]: gateways,
  [codes.certificateRefused]: ['referencegrants.gateway.networking.k8s.io'],
  [codes.backendRefused]: ['referencegrants.gateway.networking.k8s.io'],
  [codes.unknownDelegate]: routes,
  [codes.unusedDelegate]: routes,
  [codes.serverWithoutRoutes]: routes,
  [codes.plainTextToStrict]: mutualTls,
  [codes.mutualTlsToPlain]: mutualTls,
  [codes.principalWithoutMtls]: mutualTls,
  [codes.unknownPrincipal]: ['serviceaccounts'],
  [codes.gatewayForNobody]: ['workloadentries.networking.istio.io'],
  [codes.claimsUnverified]: ['requestauthentications.security.istio.io'],
  [codes.ruleForNobody]: ['serviceentries.networking.istio.io'],
  [codes.egressForNobody]: ['serviceentries.networking.istio.io'],
  [codes.idleTcpRoute]: [...hosts, ...gateways],
  [codes.nobodyAllowed]: ['authorizationpolicies.security.istio.io'],
};

/** Findings that say that something is in no object at all; a repository seldom holds all objects. */
const restsOnAll: ReadonlySet<string> = new Set<Code>([
  codes.idlePatch,
  codes.unknownHost,
  codes.unknownDelegate,
  codes.unknownParent,
  codes.certificateRefused,
  codes.unknownClass,
  codes.idleListener,
  codes.sidecarUser,
  codes.backendRefused,
  codes.emptySubset,
  codes.peerAuthenticationIdle,
  codes.policyIdle,
  codes.unknownPrincipal,
  codes.claimsUnverified,
  codes.gatewayForNobody,
  codes.ruleForNobody,
  codes.unknownNamespace,
  codes.egressForNobody,
  codes.unknownProvider,
  codes.selectsNobody,
  codes.telemetryWithoutProvider,
  codes.callerOfNoNamespace,
  codes.noEndpoints,
  codes.unverifiedIssuer,
  codes.ruleNeverUsed,
  codes.nobodyAllowed,
]);

/**
 * Findings as far as they can be proven. Without those that would rest on kinds which were not read: what is not seen is
 * not absent. Of a state made up of a repository, what the repository does not hold may be elsewhere: such findings are
 * notes, and nothing is said of objects that were made up.
 */
export function provable(findings: readonly Finding[], state: Pick<ClusterState, 'skipped' | 'assumed'>): Finding[] {
  const hidden = hiddenKinds(state);
  const proven = findings.filter(({ code }) => !restsOn[code as Code]?.some((kind) => hidden.has(kind)));
  const { assumed } = state;
  if (!assumed) return proven;
  const madeUp = new Set(assumed);
  return proven
    .filter(({ code, resource }) => !madeUp.has(resource) && code !== codes.unreadObject)
    .map((finding) => (restsOnAll.has(finding.code) ? unlessElsewhere(finding) : finding));
}

function unlessElsewhere(finding: Finding): Finding {
  return { ...finding, severity: 'info', message: `${finding.message} (as far as this repository shows)` };
}
