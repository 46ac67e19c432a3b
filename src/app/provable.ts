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

/** Without the findings that would rest on kinds which were not read: what is not seen is not absent. */
export function provable<T extends Pick<Finding, 'code'>>(
  findings: readonly T[],
  state: Pick<ClusterState, 'skipped'>,
): T[] {
  const hidden = hiddenKinds(state);
  return findings.filter(({ code }) => !restsOn[code as Code]?.some((kind) => hidden.has(kind)));
}
