import { codes } from '../model/codes.ts';
import type { Resource } from '../model/resource.ts';
import { resolveGatewayName } from '../registry/hostname.ts';
import { at, findingOf } from './finding.ts';
import { holdersOf } from './holders.ts';
import type { Rule } from './types.ts';

/** Gateways that VirtualServices name and nobody has: a short name means the VirtualService's own namespace. */
export const unknownGateway: Rule = {
  name: 'unknown-gateway',
  codes: [codes.unknownGateway],
  find(mesh) {
    const gateways = mesh.registry.resources('Gateway');
    const known = new Set(gateways.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    return mesh.registry.resources('VirtualService').flatMap((service) => {
      const { namespace } = service.metadata;
      const names = Array.isArray(service.spec['gateways']) ? service.spec['gateways'].map(String) : [];
      return names.flatMap((written, index) => {
        const name = written === 'mesh' ? written : resolveGatewayName(written, namespace);
        if (name === 'mesh' || known.has(name)) return [];
        const near = [...known].filter((it) => it.endsWith(`/${name.split('/')[1]}`));
        const holders = holdersOf(mesh, service.metadata);
        const unread = mesh.registry.unread.some((it) => isNamed(it, name));
        const refused = unread ? undefined : mesh.objects.find((it) => isNamed(it, name));
        return [
          findingOf(mesh, {
            code: codes.unknownGateway,
            kind: 'unresolved',
            severity: 'error',
            at: at(service, 'spec', 'gateways', index),
            proxies: [],
            message: `is bound to Gateway ${name}, which ${refused ? 'is refused and so does not exist' : 'does not exist'}`,
            effect:
              holders.size === 0
                ? 'the VirtualService is in no proxy; requests for its hosts get 404 NR at every gateway.'
                : 'no proxy gets its routes through that Gateway.',
            fix: refused
              ? 'correct the Gateway first.'
              : near.length > 0
                ? `write ${near.join(' or ')}.`
                : 'correct the name, or create the Gateway.',
            related: refused ? [{ message: 'is refused', at: at(refused, 'spec') }] : [],
          }),
        ];
      });
    });
  },
};

/** Whether an object is the Gateway of that name: one that is there and in no registry was refused. */
function isNamed({ group, kind, metadata }: Resource, name: string): boolean {
  return group === 'networking.istio.io' && kind === 'Gateway' && `${metadata.namespace}/${metadata.name}` === name;
}
