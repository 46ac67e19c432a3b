import { mergedGateway } from '../compile/gateway/merged-gateway.ts';
import { type GatewayServer, isHttpServer, isTlsServer } from '../compile/gateway/server.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { placeOf } from '../model/provenance.ts';
import { resourceName } from '../model/resource.ts';
import { findingOf, placeKey } from './finding.ts';
import type { Rule } from './types.ts';

/**
 * Servers of HTTPS on one port with different hosts and the same certificate: a client of HTTP/2 reuses its connection
 * for every host of the certificate, and what is not of the first server's hosts gets 404 there. A note: that the
 * certificate names both hosts cannot be seen here.
 */
export const sharedCertificate: Rule = {
  name: 'shared-certificate',
  codes: [codes.sharedCertificate],
  find(mesh) {
    const found = new Map<string, { finding: Finding; proxies: Set<string> }>();
    for (const proxy of mesh.proxies.filter(({ type }) => type === 'router'))
      for (const { servers } of mergedGateway(proxy, mesh.registry)?.ports ?? [])
        for (const [first, other] of pairs(servers.filter((it) => isTlsServer(it) && isHttpServer(it)))) {
          const place = placeOf(other.config);
          const rival = placeOf(first.config);
          // The Gateway API's listeners say so in their status.
          if (place?.resource.group !== 'networking.istio.io' || !rival) continue;
          const field = { ...place, path: [...place.path, 'tls', 'credentialName'] };
          const finding = findingOf(mesh, {
            code: codes.sharedCertificate,
            kind: 'conflict',
            severity: 'info',
            at: field,
            proxies: [],
            message: `uses certificate ${credentialOf(other)} for ${other.hosts.join(', ')}, which ${resourceName(rival.resource)} uses for ${first.hosts.join(', ')} on the same port`,
            effect:
              'if the certificate names both hosts, browsers reuse one HTTP/2 connection for both, and requests for the other server get 404.',
            fix: 'put the hosts into one server, or give each server a certificate of its own.',
            related: [{ message: 'uses it, too', at: rival }],
          });
          const known = found.get(placeKey(field)) ?? { finding, proxies: new Set() };
          found.set(placeKey(field), known);
          known.proxies.add(proxy.id);
        }
    return [...found.values()].map(({ finding, proxies }) => ({ ...finding, proxies: [...proxies].sort() }));
  },
};

function credentialOf({ tls }: GatewayServer): string {
  return String(tls?.['credentialName'] ?? '');
}

/** Each server that shares its certificate with an earlier one that has other hosts. */
function pairs(servers: readonly GatewayServer[]): [GatewayServer, GatewayServer][] {
  return servers.flatMap((other, index): [GatewayServer, GatewayServer][] => {
    const first = servers
      .slice(0, index)
      .find(
        (it) =>
          credentialOf(it) !== '' && credentialOf(it) === credentialOf(other) && it.hosts.join() !== other.hosts.join(),
      );
    return first ? [[first, other]] : [];
  });
}
