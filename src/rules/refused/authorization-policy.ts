import type { Behaviour } from '../../model/istio-version.ts';
import {
  isAttributeWithKey,
  wantAccounts,
  wantAddresses,
  wantFilled,
  wantPaths,
  wantPorts,
  wantTrustDomains,
} from './authorization-values.ts';
import { wantAttachment } from './labels.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';

/** `ValidateAuthorizationPolicy`. */
export const authorizationPolicy: Judge = ({ spec, behaviour }) => {
  const action = spec.at('action').text || 'ALLOW';
  const rules = spec.at('rules');
  const provider = spec.at('provider');
  wantAttachment(spec);
  if (rules.items.length === 0 && (action === 'CUSTOM' || action === 'DENY'))
    (rules.isSet ? rules : spec).refuse(`has no rules, with action ${action}`, 'write a rule; {} means every request.');
  else if (action === 'CUSTOM' && provider.at('name').text === '')
    spec.refuse('has no provider with a name, with action CUSTOM', 'name a provider of the mesh config.');
  if (provider.isSet && action !== 'CUSTOM')
    provider.refuse(`is set, with action ${action}`, 'drop it, or write action: CUSTOM.');
  for (const rule of rules.items) {
    if (action === 'CUSTOM') wantKnownToProviders(rule, behaviour);
    for (const from of rule.at('from').items) wantSource(from, behaviour);
    for (const to of rule.at('to').items) wantOperation(to);
    for (const when of rule.at('when').items) wantCondition(when, behaviour);
  }
};

const withoutCustom = ['namespaces', 'principals', 'requestPrincipals', 'serviceAccounts', 'trustDomains'];
const keysWithoutCustom = ['source.namespace', 'source.serviceAccount', 'source.principal', 'source.trustDomain'];

/** Refuses what a policy with action CUSTOM cannot ask for: identities. */
function wantKnownToProviders(rule: Place, behaviour: Behaviour): void {
  const fix = 'drop it: action CUSTOM asks for addresses and parts of the request only.';
  for (const from of rule.at('from').items)
    for (const name of fieldsOf(withoutCustom, behaviour))
      if (from.at('source').at(name).items.length > 0)
        from.at('source').at(name).refuse('is set, with action CUSTOM', fix);
  for (const when of rule.at('when').items) {
    const key = when.at('key');
    if (keysWithoutCustom.includes(key.text) || key.text.startsWith('request.auth.'))
      key.refuse(`is ${key.text}, with action CUSTOM`, fix);
  }
}

/** The names of fields with their opposites: `namespaces`, `notNamespaces`. */
function fieldsOf(names: readonly string[], { authorizationTrustDomains }: Behaviour): string[] {
  const known = names.filter((name) => name !== 'trustDomains' || authorizationTrustDomains);
  return known.flatMap((name) => [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`]);
}

const sources = [...withoutCustom, 'ipBlocks', 'remoteIpBlocks'];

function wantSource(from: Place, behaviour: Behaviour): void {
  const source = from.at('source');
  if (!source.isSet) {
    from.refuse('has no source', 'write it.');
    return;
  }
  const fields = fieldsOf(sources, behaviour);
  const has = (name: string): boolean => source.at(name).items.length > 0;
  if (!fields.some(has)) source.refuse('is empty', 'say who is meant, or drop it.');
  const accounts = ['serviceAccounts', 'notServiceAccounts'].find(has);
  if (accounts && ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'].some(has))
    source.at(accounts).refuse('stands beside principals or namespaces', 'keep one kind of identity.');
  for (const name of fields) {
    const list = source.at(name);
    if (/accounts$/i.test(name)) wantAccounts(list);
    else if (/trustDomains$/i.test(name)) wantTrustDomains(list, true);
    else {
      wantFilled(list);
      if (/ipBlocks$/i.test(name)) wantAddresses(list);
    }
  }
}

const operations = ['ports', 'methods', 'paths', 'hosts'];

function wantOperation(to: Place): void {
  const operation = to.at('operation');
  if (!operation.isSet) {
    to.refuse('has no operation', 'write it.');
    return;
  }
  const fields = operations.flatMap((name) => [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`]);
  if (fields.every((name) => operation.at(name).items.length === 0))
    operation.refuse('is empty', 'say what is meant, or drop it.');
  for (const name of fields) {
    wantFilled(operation.at(name));
    if (/ports$/i.test(name)) wantPorts(operation.at(name));
    if (/paths$/i.test(name)) wantPaths(operation.at(name));
  }
}

function wantCondition(when: Place, behaviour: Behaviour): void {
  const key = when.at('key');
  const [values, others] = [when.at('values'), when.at('notValues')];
  if (key.text === '') when.refuse('has no key', 'write it.');
  else if (values.items.length + others.items.length === 0)
    when.refuse('has neither values nor notValues', 'write one of them.');
  else {
    wantAttribute(key, behaviour);
    for (const list of [values, others]) {
      wantFilled(list);
      if (['source.ip', 'remote.ip', 'destination.ip'].includes(key.text)) wantAddresses(list);
      if (key.text === 'destination.port') wantPorts(list);
      if (key.text === 'source.serviceAccount') wantAccounts(list);
      if (key.text === 'source.trustDomain' && behaviour.authorizationTrustDomains) wantTrustDomains(list, false);
    }
  }
}

const attributes = [
  ...['source.ip', 'remote.ip', 'source.namespace', 'source.serviceAccount', 'source.principal', 'source.trustDomain'],
  ...['request.auth.principal', 'request.auth.audiences', 'request.auth.presenter'],
  ...['destination.ip', 'destination.port', 'connection.sni'],
];
/** What to do instead of what attributes meant once. */
const replaced: ReadonlyMap<string, string> = new Map([
  ['destination.namespace', 'drop it: a policy holds for its own namespace.'],
  ['destination.name', 'select the workload by its labels.'],
  ['destination.user', 'select the workload by its labels.'],
]);

/** `ValidateAttribute`. */
function wantAttribute(key: Place, behaviour: Behaviour): void {
  const { text } = key;
  const isKnown = attributes.includes(text) && (text !== 'source.trustDomain' || behaviour.authorizationTrustDomains);
  const isMap = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'].some((it) =>
    text.startsWith(it),
  );
  if (isMap && !isAttributeWithKey(text)) key.refuse(`is ${text}, without a name in brackets`, 'write it as a[b].');
  else if (!isMap && !isKnown)
    key.refuse(
      `is ${text}, which is no attribute`,
      text.startsWith('destination.labels')
        ? 'select the workload by its labels.'
        : (replaced.get(text) ??
            `write request.headers[NAME], request.auth.claims[NAME] or one of ${attributes.join(', ')}.`),
    );
}
