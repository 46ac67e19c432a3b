import { attaches } from '../compile/policy-attachment.ts';
import { routingClaim } from '../compile/route/http/claim.ts';
import { codes } from '../model/codes.ts';
import { isObject, objects } from '../model/json.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { Rule } from './types.ts';
import { writtenVirtualServices } from './virtual-services.ts';

/** Matches of JWT claims (`@request.auth.claims`) in proxies that verify no token: there they never match. */
export const claimsUnverified: Rule = {
  name: 'claims-unverified',
  codes: [codes.claimsUnverified],
  find(mesh) {
    const { registry } = mesh;
    const authentications = registry.resources('RequestAuthentication');
    return writtenVirtualServices(registry).flatMap((service) => {
      const places = objects(service.spec['http']).flatMap((http, index) =>
        objects(http['match']).flatMap((match, position) => {
          const headers = isObject(match['headers']) ? Object.keys(match['headers']) : [];
          return headers.filter((name) => routingClaim(name) !== undefined).map((name) => ({ index, position, name }));
        }),
      );
      if (places.length === 0) return [];
      const holders = [...holdersOf(mesh, service)];
      const verifies = holders.some((proxy) =>
        authentications.some(
          (it) =>
            [registry.mesh.rootNamespace, proxy.namespace].includes(it.metadata.namespace) &&
            objects(it.spec['jwtRules']).length > 0 &&
            attaches(it, proxy, registry),
        ),
      );
      if (holders.length === 0 || verifies) return [];
      return places.map(({ index, position, name }) =>
        findingOf(mesh, {
          code: codes.claimsUnverified,
          kind: 'missing-route',
          severity: 'warning',
          at: at(service.resource, 'spec', 'http', index, 'match', position, 'headers', name),
          proxies: holders,
          message: `matches the JWT claim ${name}, and no RequestAuthentication verifies tokens in the proxies that have the route`,
          effect: 'without a verified token there are no claims: the match takes no request.',
          fix: "add a RequestAuthentication with jwtRules for the gateway's pods.",
        }),
      );
    });
  },
};
