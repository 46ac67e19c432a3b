import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { objects } from '../../model/json.ts';
import { Unknown } from '../../model/unknown.ts';
import type { Registry } from '../../registry/types.ts';

/** Value of a header of an extension provider: its own, or that of a variable in istiod's environment. */
export function headerValue(header: JsonObject, registry: Registry): unknown {
  const { envName, value } = header;
  if (typeof envName !== 'string') return typeof value === 'string' ? value : '';
  return registry.environment.raw[envName] ?? new Unknown(`the header's value is ${envName} in istiod's environment`);
}

/** An Envoy `HttpService`: where to, through which cluster, with which headers (`headers` of the config). */
export function httpService(
  registry: Registry,
  uri: string,
  cluster: string,
  timeout: string | undefined,
  config: JsonObject,
): Message {
  const headers = objects(config['headers']);
  return {
    http_uri: { uri, cluster, ...(timeout ? { timeout } : {}) },
    ...(headers.length > 0
      ? {
          request_headers_to_add: headers.map((header) => ({
            append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
            header: { key: header['name'], value: headerValue(header, registry) },
          })),
        }
      : {}),
  };
}

/** Joins a base and a path as Go's `url.JoinPath`: one slash between, dots resolved. */
export function joinPath(base: string, path: string): string {
  if (path === '') return base;
  const parts: string[] = [];
  for (const part of `${base}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/') + (path.endsWith('/') ? '/' : '');
}
