import type { Message } from '../../../model/envoy.ts';
import { behaviour } from '../../../model/istio-version.ts';
import { derive } from '../../../model/provenance.ts';
import type { Registry } from '../../../registry/types.ts';
import type { Generator, Value } from './condition.ts';
import { principals } from './condition.ts';
import {
  anyValueMatcher,
  claimListMatcher,
  claimMatcher,
  exactMatcher,
  headerMatcher,
  identityMatcher,
  prefixMatcher,
  quoteRegex,
  regexMatcher,
  stringMatcher,
  suffixMatcher,
} from './matcher.ts';
import { cidrOf, unsupported } from './permission.ts';

/**
 * Finds the generator of a principal's attribute: who asks (istiod's generators, authz/model/generator.go).
 *
 * @param namespace of the policy: a service account without one belongs to it
 */
export function principalGenerator(
  registry: Registry,
  layer: 'http' | 'tcp',
  namespace: string,
): (attribute: string) => Generator {
  const quoted = behaviour(registry).authorizationValuesQuoted;
  const literal = (text: string): string => (quoted ? quoteRegex(text) : text);
  const authenticated = (name: Message): Message => ({ authenticated: { principal_name: name } });
  const generators: Record<string, Generator> = {
    'source.ip': { each: (value) => ({ direct_remote_ip: cidrOf(value) }) },
    'remote.ip': { each: (value) => ({ remote_ip: cidrOf(value) }) },
    'source.principal': { each: (value) => authenticated(identityMatcher(value, quoted)) },
    'source.namespace': {
      each: (value) => authenticated(regexMatcher(`.*/ns/${value.split('*').map(literal).join('.*')}/.*`)),
    },
    'source.serviceAccount': {
      each: (value) => {
        const slash = value.indexOf('/');
        const account = literal(value.slice(slash + 1));
        const owner = literal(slash < 0 ? namespace : value.slice(0, slash));
        return authenticated(regexMatcher(`spiffe://.+/ns/${owner}/(.+/|)sa/${account}(/.+)?`));
      },
    },
    'source.trustDomain': { each: (value) => authenticated(trustDomainMatcher(value)) },
  };
  const httpGenerator = (attribute: string): Generator | undefined => {
    if (attribute === 'request.auth.principal') return { all: requestPrincipals };
    if (attribute === 'request.auth.audiences') return { all: (values) => claim(['aud'], values) };
    if (attribute === 'request.auth.presenter') return { all: (values) => claim(['azp'], values) };
    if (attribute.startsWith('request.headers')) {
      const header = inBrackets(attribute.slice('request.headers'.length));
      return header === undefined ? undefined : { each: (value) => ({ header: headerMatcher(header, value) }) };
    }
    const claims = claimPath(attribute.slice('request.auth.claims'.length));
    return claims && { all: (values) => claim(claims, values) };
  };
  return (attribute) => {
    const found = attribute.startsWith('request.')
      ? layer === 'http' && httpGenerator(attribute)
      : Object.hasOwn(generators, attribute) && generators[attribute];
    return found || unsupported(attribute);
  };
}

function trustDomainMatcher(value: string): Message {
  if (value === '*') return prefixMatcher('spiffe://');
  const star = value.indexOf('*');
  if (star < 0) return prefixMatcher(`spiffe://${value}/`);
  return regexMatcher(`spiffe://${quoteRegex(value.slice(0, star))}[^/]*${quoteRegex(value.slice(star + 1))}/.*`);
}

/** `issuer/subject`, either of them possibly with a wildcard; the issuer may be a URL. */
function requestPrincipals(values: Value[]): Message {
  const matchers = values.map(({ text, source }) => {
    const [issuer, subject] = issuerAndSubject(text);
    const ids = [
      { metadata: claimMatcher(['iss'], { string_match: issuer }) },
      { metadata: claimMatcher(['sub'], { string_match: subject }) },
    ];
    return derive(principals.and(ids), source);
  });
  return matchers.length === 1 ? (matchers[0] as Message) : principals.or(matchers);
}

function issuerAndSubject(value: string): [issuer: Message, subject: Message] {
  const any = regexMatcher('.+');
  if (value === '*') return [any, any];
  const slash = value.lastIndexOf('/');
  const issuer = slash < 0 ? value : value.slice(0, slash);
  const subject = slash < 0 ? '' : value.slice(slash + 1);
  if (value.startsWith('*')) {
    if (slash < 0) return [any, suffixMatcher(value.slice(1))];
    return [issuer === '*' ? any : suffixMatcher(issuer.slice(1)), exactMatcher(subject)];
  }
  if (value.endsWith('*')) {
    if (slash < 0) return [prefixMatcher(value.slice(0, -1)), any];
    return [exactMatcher(issuer), subject === '*' ? any : prefixMatcher(subject.slice(0, -1))];
  }
  return [exactMatcher(issuer), exactMatcher(subject)];
}

function claim(claims: string[], values: Value[]): Message {
  const matchers = values.map(({ text, source }) => derive({ string_match: stringMatcher(text) }, source));
  return { metadata: claimListMatcher(claims, anyValueMatcher(matchers)) };
}

function inBrackets(text: string): string | undefined {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : undefined;
}

/** `[a][b]` is the claim b within a; brackets that do not nest so are part of one name (`extractNameInNestedBrackets`). */
function claimPath(text: string): string[] | undefined {
  if (/^(\[[^[\]]*\])+$/.test(text)) return [...text.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] as string);
  const name = inBrackets(text);
  return name === undefined ? undefined : [name];
}
