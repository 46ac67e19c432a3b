import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject } from '../../../model/json.ts';
import { namesSecret, redacted, redactText } from './text.ts';

/** What is left out beyond secrets: `--redact` of the capture command. */
export const extras = ['logs', 'annotations', 'lua'] as const;
export type Extra = (typeof extras)[number];

/**
 * Any JSON without credentials: strings under a secret's name, Envoy's `DataSource`s of keys, values of headers and
 * variables with a secret's name, and what looks like a credential in any text. What needs no change is returned itself,
 * so that equal inputs stay identical objects.
 *
 * Envoy messages and the Istio objects that they are compiled from lose the same values: a replay compares `[redacted]`
 * with `[redacted]`.
 */
export function redactValue(value: Json, more: ReadonlySet<Extra> = new Set()): Json {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value))
    return sameOr(
      value,
      value.map((item) => redactValue(item, more)),
    );
  if (!isObject(value)) return value;
  return redactObjectValue(value as JsonObject, more);
}

function redactObjectValue(value: JsonObject, more: ReadonlySet<Extra>): JsonObject {
  // Envoy's HeaderValue and Istio's header and variable lists: the name stands beside the value.
  const beside = value['key'] ?? value['name'] ?? value['header_name'];
  const result: JsonObject = {};
  let changed = false;
  for (const [key, item] of Object.entries(value) as [string, Json][]) {
    const hidden =
      key === 'value' && typeof beside === 'string' && namesSecret(beside) && typeof item === 'string'
        ? credential(item)
        : redactMember(key, item, more);
    if (hidden !== item) changed = true;
    // A key "__proto__" must stay a key.
    Object.defineProperty(result, key, { value: hidden, enumerable: true, configurable: true, writable: true });
  }
  return changed ? result : value;
}

/** Envoy: `wasm.v3.EnvironmentVariables.key_values`, `TlsSessionTicketKeys`. */
const alwaysSecret = new Set(['key_values', 'keyValues', 'session_ticket_keys', 'sessionTicketKeys']);
const luaSource = new Set(['inline_code', 'inlineCode', 'default_source_code', 'defaultSourceCode']);

function redactMember(key: string, item: Json, more: ReadonlySet<Extra>): Json {
  if (alwaysSecret.has(key) || (more.has('lua') && luaSource.has(key))) return hideAll(item);
  if (namesSecret(key)) {
    if (typeof item === 'string') return credential(item);
    if (Array.isArray(item) && item.every((it) => typeof it === 'string')) return sameOr(item, item.map(credential));
    if (isObject(item) && isDataSource(item as JsonObject)) return hideInline(item as JsonObject);
  }
  // Envoy: `api_key_auth.v3.Credential`.
  if (key === 'credentials' && Array.isArray(item))
    return item.map((it) =>
      isObject(it) && typeof it['key'] === 'string' ? { ...(it as JsonObject), key: redacted } : it,
    );
  // Envoy: `basic_auth.v3.BasicAuth`.
  if (key === 'users' && isObject(item) && isDataSource(item as JsonObject)) return hideInline(item as JsonObject);
  return redactValue(item, more);
}

/** A value that Envoy fills in while it serves (`%REQ(x-token)%`) is none itself. */
function credential(text: string): string {
  return text === '' || /^%[^%]+%$/.test(text) ? text : redacted;
}

function isDataSource(value: JsonObject): boolean {
  return 'inline_string' in value || 'inline_bytes' in value || 'inlineString' in value || 'inlineBytes' in value;
}

/** Envoy itself prints `W3JlZGFjdGVkXQ==`, the same words in base64, where it redacts. */
function hideInline(value: JsonObject): JsonObject {
  const bytes = Buffer.from(redacted).toString('base64');
  const result: JsonObject = { ...value };
  for (const key of Object.keys(value)) {
    if (/^inline_?string$/i.test(key)) result[key] = redacted;
    if (/^inline_?bytes$/i.test(key)) result[key] = bytes;
  }
  return Object.keys(value).every((key) => result[key] === value[key]) ? value : result;
}

function hideAll(value: Json): Json {
  if (typeof value === 'string') return redacted;
  if (Array.isArray(value)) return value.map(hideAll);
  if (!isObject(value)) return value;
  if (isDataSource(value as JsonObject)) return hideInline(value as JsonObject);
  return Object.fromEntries((Object.entries(value) as [string, Json][]).map(([key, item]) => [key, hideAll(item)]));
}

function sameOr<T extends Json[]>(before: T, after: Json[]): T {
  return after.every((item, index) => item === before[index]) ? before : (after as T);
}
