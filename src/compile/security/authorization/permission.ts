import type { Message } from '../../../model/envoy.ts';
import { derive } from '../../../model/provenance.ts';
import type { Generator } from './condition.ts';
import { Unsupported } from './condition.ts';
import { anyValueMatcher, cidrRange, headerMatcher, metadataMatcher, pathMatcher, stringMatcher } from './matcher.ts';

/** Attributes that become permissions: what is asked for (istiod's generators, authz/model/generator.go). */
const generators: ReadonlyMap<string, Generator> = new Map<string, Generator>([
  ['destination.ip', { each: (value) => ({ destination_ip: cidrOf(value) }) }],
  ['destination.port', { each: (value) => ({ destination_port: portOf(value) }) }],
  ['connection.sni', { each: (value) => ({ requested_server_name: stringMatcher(value) }) }],
]);

const httpGenerators: ReadonlyMap<string, Generator> = new Map<string, Generator>([
  ['hosts', { each: (value) => ({ header: headerMatcher(':authority', value, true) }) }],
  ['methods', { each: (value) => ({ header: headerMatcher(':method', value) }) }],
  ['paths', { each: pathMatcher }],
]);

/** Prefix of the conditions on dynamic metadata: `experimental.envoy.filters.a.b[key]`. */
export const metadataAttribute = 'experimental.envoy.filters.';

/** Finds the generator of a permission's attribute; HTTP's are void on TCP chains. */
export function permissionGenerator(layer: 'http' | 'tcp'): (attribute: string) => Generator {
  return (attribute) => {
    if (attribute.startsWith(metadataAttribute)) return metadataGenerator(attribute);
    const http = httpGenerators.get(attribute);
    if (!http) return generators.get(attribute) ?? unsupported(attribute);
    return layer === 'http' ? http : unsupported(attribute);
  };
}

/** A generator for what cannot be matched here. */
export function unsupported(attribute: string): Generator {
  return {
    all() {
      throw new Unsupported(`${attribute} cannot be matched here`);
    },
  };
}

export function cidrOf(value: string): Message {
  const range = cidrRange(value);
  if (!range) throw new Unsupported(`${value} is no address`);
  return range;
}

function portOf(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65535) throw new Unsupported(`${value} is no port`);
  return port;
}

function metadataGenerator(attribute: string): Generator {
  const [, filter, key] = /^experimental\.([^[]*)\[(.*?)\]?$/.exec(attribute) ?? [];
  if (filter === undefined || key === undefined) return unsupported(attribute);
  return {
    all: (values) => {
      const matchers = values.map(({ text, source }) => {
        const inList = text.startsWith('[') && text.endsWith(']');
        const match = { string_match: stringMatcher(inList ? text.replace(/^[[\]]+|(?<![[\]])[[\]]+$/g, '') : text) };
        return derive(inList ? { list_match: { one_of: match } } : match, source);
      });
      return { metadata: metadataMatcher(filter, [key], anyValueMatcher(matchers)) };
    },
  };
}
