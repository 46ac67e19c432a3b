import { objectYaml } from './clusters.ts';
import type { Dice } from './route-requests.ts';

/** A policy by its name, as YAML; a change replaces some. */
export type Policies = ReadonlyMap<string, string>;

const paths = ['/a', '/a/*', '*/end', '/b', '/a/b', '*'];
const methods = ['GET', 'POST', 'PUT'];

/** Policies that decide who may call the Service `web`, of every kind that looks at a request or at its sender. */
export function generatedPolicies(dice: Dice): Policies {
  const names = ['one', 'two', 'three'].slice(0, Math.floor(dice.next() * 4));
  const found = new Map(names.map((name) => [name, authorization(name, dice)]));
  if (dice.chance(0.6)) found.set('mtls', peerAuthentication(dice));
  return found;
}

/** The policies after an edit: one is written anew, comes or goes. */
export function changedPolicies(policies: Policies, dice: Dice): Policies {
  const copy = new Map(policies);
  const name = dice.pick(['one', 'two', 'three', 'mtls']);
  if (copy.has(name) && dice.chance(0.3)) copy.delete(name);
  else copy.set(name, name === 'mtls' ? peerAuthentication(dice) : authorization(name, dice));
  return copy;
}

function peerAuthentication(dice: Dice): string {
  const modes = ['STRICT', 'PERMISSIVE', 'DISABLE'];
  const ports = dice.chance(0.4)
    ? { portLevelMtls: { [dice.pick([8080, 9090, 7070])]: { mode: dice.pick(modes) } } }
    : {};
  const spec = { selector: { matchLabels: { app: 'web' } }, mtls: { mode: dice.pick(modes) }, ...ports };
  return objectYaml('PeerAuthentication', 'mtls', spec);
}

function authorization(name: string, dice: Dice): string {
  const rules = Array.from({ length: Math.floor(dice.next() * 3) + 1 }, () => rule(dice));
  const spec = {
    ...(dice.chance(0.7) ? { selector: { matchLabels: { app: 'web' } } } : {}),
    action: dice.pick(['ALLOW', 'DENY']),
    ...(dice.chance(0.1) ? {} : { rules }),
  };
  const [namespace, own] = ['shop', name];
  const metadata = { name: own, namespace };
  return `---\n${JSON.stringify({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec })}\n`;
}

function rule(dice: Dice): object {
  const some = (list: readonly string[]): string[] => {
    const found = list.filter(() => dice.chance(0.4));
    return found.length > 0 ? found : [dice.pick(list)];
  };
  const not = (field: string): string =>
    dice.chance(0.25) ? `not${field.charAt(0).toUpperCase()}${field.slice(1)}` : field;
  const principals = ['cluster.local/ns/shop/sa/amy', 'cluster.local/ns/shop/sa/bob', '*/sa/amy', '*'];
  const source = (): object =>
    dice.pick<object>([
      { [not('principals')]: some(principals) },
      { [not('namespaces')]: some(['shop', 'sh*', 'other']) },
      { [not('ipBlocks')]: some(['10.0.0.1', '10.0.0.0/24', '10.0.0.2/31']) },
      { principals: [principals[0]], [not('namespaces')]: ['other'] },
    ]);
  const operation = (): object =>
    dice.pick<object>([
      { [not('paths')]: some(paths) },
      { [not('methods')]: some(methods) },
      { paths: some(paths), [not('methods')]: some(methods) },
      { [not('ports')]: some(['8080', '9090', '7070']) },
      { [not('hosts')]: some(['web.shop.svc.cluster.local', 'web*', '*.example']) },
      { ports: ['8080'], paths: some(paths) },
    ]);
  const condition = (): object =>
    dice.pick<object>([
      { key: 'request.headers[x-user]', [not('values')]: some(['amy', 'b*', '*b']) },
      { key: 'source.namespace', values: ['shop'] },
      { key: 'destination.port', [not('values')]: some(['8080', '9090']) },
      { key: 'source.principal', [not('values')]: some(principals) },
    ]);
  return {
    ...(dice.chance(0.5) ? { from: [{ source: source() }, ...(dice.chance(0.2) ? [{ source: source() }] : [])] } : {}),
    ...(dice.chance(0.6)
      ? { to: [{ operation: operation() }, ...(dice.chance(0.2) ? [{ operation: operation() }] : [])] }
      : {}),
    ...(dice.chance(0.3) ? { when: [condition()] } : {}),
  };
}
