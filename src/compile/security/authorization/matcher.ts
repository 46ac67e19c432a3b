import ipaddr from 'ipaddr.js';
import type { Message } from '../../../model/envoy.ts';

/** Envoy's matchers as istiod writes the values of AuthorizationPolicies (pilot/pkg/security/authz/matcher). */

/** Escapes what has a meaning in RE2 (Go's `regexp.QuoteMeta`). */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

export function regexMatcher(regex: string): Message {
  return { safe_regex: { regex } };
}

export function prefixMatcher(prefix: string): Message {
  return { prefix };
}

export function suffixMatcher(suffix: string): Message {
  return { suffix };
}

export function exactMatcher(exact: string): Message {
  return { exact };
}

/** `*` any text that is not empty, `*x` a suffix, `x*` a prefix, else exactly this (istiod's `StringMatcher`). */
export function stringMatcher(value: string): Message {
  if (value === '*') return regexMatcher('.+');
  if (value.startsWith('*')) return suffixMatcher(value.slice(1));
  if (value.endsWith('*')) return prefixMatcher(value.slice(0, -1));
  return exactMatcher(value);
}

/**
 * The same for an identity, which the certificate writes with `spiffe://` before it (`StringMatcherWithPrefix`).
 *
 * @param quoted whether a suffix is taken literally; older istiods put it into the expression as it is
 */
export function identityMatcher(value: string, quoted: boolean): Message {
  if (value === '*') return regexMatcher('.+');
  if (value.startsWith('*')) {
    const suffix = value.slice(1);
    return regexMatcher(`spiffe://.*${quoted ? quoteRegex(suffix) : suffix}`);
  }
  if (value.endsWith('*')) return prefixMatcher(`spiffe://${value.slice(0, -1)}`);
  return exactMatcher(`spiffe://${value}`);
}

/** Matches a header's value; host names without regard to case (`HeaderMatcher`, `HostMatcher`). */
export function headerMatcher(name: string, value: string, ignoreCase = false): Message {
  if (value === '*') return { name, present_match: true };
  const match = stringMatcher(value);
  return { name, string_match: ignoreCase ? { ...match, ignore_case: true } : match };
}

/** A URL path, or a template with `{*}` (one segment) and `{**}` (any number of them). */
export function pathMatcher(value: string): Message {
  if (!value.includes('{*}') && !value.includes('{**}')) return { url_path: { path: stringMatcher(value) } };
  return {
    uri_template: {
      name: 'uri-template',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        path_template: value.replaceAll('{*}', '*').replaceAll('{**}', '**'),
      },
    },
  };
}

/** Values of a list or a single value, all of them alternatives (`StringOrMatcher`, `OrMatcher`). */
export function anyValueMatcher(matchers: Message[]): Message {
  return matchers.length === 1 ? (matchers[0] as Message) : { or_match: { value_matchers: matchers } };
}

/** Dynamic metadata of a filter at a path of keys (`MetadataValueMatcher`). */
export function metadataMatcher(filter: string, keys: readonly string[], value: Message): Message {
  return { filter, path: keys.map((key) => ({ key })), value };
}

/** A claim of the token that jwt_authn verified. */
export function claimMatcher(claims: readonly string[], value: Message): Message {
  return metadataMatcher('envoy.filters.http.jwt_authn', ['payload', ...claims], value);
}

/** A claim that is a list with such an item, or the item itself (`MetadataListValueMatcherForJWTClaims`). */
export function claimListMatcher(claims: readonly string[], value: Message): Message {
  return claimMatcher(claims, { or_match: { value_matchers: [{ list_match: { one_of: value } }, value] } });
}

/** `10.0.0.0/8` or a single address as Envoy's `CidrRange`; undefined for what is neither (`AddrStrToCidrRange`). */
export function cidrRange(value: string): Message | undefined {
  const [address = '', length, ...rest] = value.split('/');
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)))
    return undefined;
  const parsed = ipaddr.parse(address);
  const bits = parsed.kind() === 'ipv4' ? 32 : 128;
  if (length !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits)) return undefined;
  const written = parsed.kind() === 'ipv4' ? address : (parsed as ipaddr.IPv6).toRFC5952String();
  return { address_prefix: written, prefix_len: length === undefined ? bits : Number(length) };
}
