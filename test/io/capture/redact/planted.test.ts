import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactDump } from '../../../../src/io/capture/redact/dump.ts';
import { redactObject } from '../../../../src/io/capture/redact/object.ts';
import { redactText } from '../../../../src/io/capture/redact/text.ts';
import type { JsonObject } from '../../../../src/model/json.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'someone', aud: 'x' })}.${randomBytes(32).toString('base64url')}`;
const plain = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/).map((text) => `S3${text}`);

const meta = { name: 'x', namespace: 'shop' };
const pod = (container: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...meta, annotations },
  spec: { containers: [{ name: 'app', ...container }] },
});
const virtualService = (http: JsonObject): JsonObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: meta,
  spec: { http: [http] },
});
const meshConfig = (mesh: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta,
  data: { mesh },
});

/** Where a secret of any form may stand in an object; each must lose it. */
const inObjects: Record<string, (secret: string) => JsonObject> = {
  'a Secret': (secret) => ({ apiVersion: 'v1', kind: 'Secret', metadata: meta, data: { a: secret } }),
  'a variable of a program': (secret) => pod({ env: [{ name: 'GREETING', value: secret }] }),
  "a variable of a proxy that is not istiod's business": (secret) =>
    pod({ name: 'istio-proxy', env: [{ name: 'MY_SETTING', value: secret }] }),
  'a variable of a proxy with the name of a secret': (secret) =>
    pod({ name: 'istio-proxy', env: [{ name: 'ISTIO_META_API_TOKEN', value: secret }] }),
  'an argument': (secret) => pod({ args: ['--hello', secret] }),
  'a command': (secret) => pod({ command: ['sh', '-c', `run ${secret}`] }),
  'a hook': (secret) => pod({ lifecycle: { preStop: { exec: { command: [secret] } } } }),
  'an exec probe': (secret) => pod({ livenessProbe: { exec: { command: ['curl', secret] } } }),
  'a header of a probe': (secret) =>
    pod({ readinessProbe: { httpGet: { path: '/', httpHeaders: [{ name: 'X-Me', value: secret }] } } }),
  "a workload's template": (secret) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta,
    spec: { template: { spec: { initContainers: [{ name: 'i', env: [{ name: 'A', value: secret }] }] } } },
  }),
  'the last applied configuration': (secret) =>
    pod({}, { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { a: secret } }) }),
  'a header that a route sets': (secret) =>
    virtualService({ headers: { request: { set: { Authorization: `Bearer ${secret}` } } } }),
  'a header with an own name': (secret) => virtualService({ headers: { request: { add: { 'x-api-key': secret } } } }),
  'the access token of a tracer': (secret) =>
    meshConfig(`defaultConfig:\n  tracing:\n    lightstep:\n      accessToken: ${JSON.stringify(secret)}\n`),
  'a header of a provider': (secret) =>
    meshConfig(
      `extensionProviders:\n- name: otel\n  opentelemetry:\n    http:\n      headers:\n      - value: ${JSON.stringify(secret)}\n        name: Authorization\n`,
    ),
  "a Wasm plugin's password": (secret) => ({
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'WasmPlugin',
    metadata: meta,
    spec: { pluginConfig: { redis: { auth_password: secret } } },
  }),
  'an address with a password': (secret) => ({
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'WasmPlugin',
    metadata: meta,
    spec: { url: `oci://user:${secret.replaceAll(/[\s/@+=-]/g, '')}@registry.example/plugin` },
  }),
};

const filter = (typed: JsonObject): JsonObject => ({
  configs: [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
      dynamic_listeners: [{ name: 'a', active_state: { listener: { filter_chains: [{ filters: [typed] }] } } }],
    },
  ],
});
const inDumps: Record<string, (secret: string) => JsonObject> = {
  'an inline private key': (secret) =>
    filter({ tls_certificates: [{ private_key: { inline_string: secret }, certificate_chain: { filename: '/c' } }] }),
  'a private key in bytes': (secret) =>
    filter({ tls_certificates: [{ private_key: { inline_bytes: Buffer.from(secret).toString('base64') } }] }),
  'a secret of SDS': (secret) => ({
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump',
        dynamic_active_secrets: [{ name: 's', secret: { generic_secret: { secret: { inline_string: secret } } } }],
      },
    ],
  }),
  'session ticket keys': (secret) => filter({ session_ticket_keys: { keys: [{ inline_string: secret }] } }),
  'a header that a route adds': (secret) =>
    filter({ request_headers_to_add: [{ header: { key: 'authorization', value: `Basic ${secret}` } }] }),
  "a Wasm VM's environment": (secret) =>
    filter({ vm_config: { environment_variables: { key_values: { GREETING: secret } } } }),
  'a password in a text of JSON': (secret) =>
    filter({ configuration: { value: `{"redis": {"password" : ${JSON.stringify(secret)}}}` } }),
  'users of basic auth': (secret) => filter({ users: { inline_string: secret } }),
  'an API key': (secret) => filter({ credentials: [{ key: secret, client: 'one' }] }),
  'a call credential': (secret) => filter({ google_grpc: { call_credentials: [{ access_token: secret }] } }),
  'node metadata': (secret) => ({
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump',
        bootstrap: { node: { metadata: { PROXY_CONFIG: { proxyMetadata: { DB_PASSWORD: secret } } } } },
      },
    ],
  }),
};

/** What a reader of the capture could find the secret by: itself, as JSON writes it, and in base64. */
function survives(text: string, secret: string): boolean {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
  return forms.some((form) => text.includes(form));
}

describe('no planted secret survives', () => {
  const secrets = fc.oneof(plain, fc.constant(key), fc.constant(jwt));

  it.each(Object.entries(inObjects))('in an object: %s', (_where, plant) => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const bare = plant(secret);
        const text = JSON.stringify(redactObject(bare) ?? '');
        return !survives(text, secret.replaceAll(/[\s/@+=-]/g, '')) && !survives(text, secret);
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.entries(inDumps))('in a dump: %s', (_where, plant) => {
    fc.assert(
      fc.property(secrets, fc.boolean(), (secret, split) => {
        const bytes = Buffer.from(JSON.stringify(plant(secret)));
        const clean = redactDump(bytes, new Set(), { splitFrom: split ? 0 : Number.POSITIVE_INFINITY });
        JSON.parse(clean.toString('utf8'));
        return !survives(clean.toString('utf8'), secret);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['a private key', key],
    ['a token', jwt],
  ])('%s anywhere, whatever the field is called', (_what, secret) => {
    const plant = fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,10}$/));
    fc.assert(
      fc.property(plant, ([field, before]) => {
        const text = `${before} ${secret}\n`;
        const object = { apiVersion: 'v1', kind: 'Thing', metadata: { ...meta, annotations: { [field]: text } } };
        expect(redactText(text)).not.toContain(secret.slice(0, 60));
        return !survives(JSON.stringify(redactObject({ ...object, spec: { [field]: [text] } })), secret.trim());
      }),
    );
  });
});

describe('what is no secret stays', () => {
  const recording = 'fixtures/recordings/1.29/baseline/capture';

  it('a dump of a real proxy is written as it came', () => {
    const bytes = readFileSync(`${recording}/proxies/shop/cart-v1-7d7bd9fd8c-66rb9/config_dump.json`);
    expect(redactDump(bytes) === bytes).toBe(true);
    expect(redactDump(bytes, new Set(), { splitFrom: 0 }) === bytes).toBe(true);
  });

  it.each([
    'outbound|80||token.shop.svc.cluster.local',
    '%REQ(AUTHORIZATION)%',
    'basic authentication is required',
    'name: istio-token\n  projected:\n    sources',
    'the bearer of it is told, with a token from somewhere',
    'spiffe://cluster.local/ns/shop/sa/cart',
    'https://user@example.com/token',
  ])('%s', (text) => expect(redactText(text)).toBe(text));

  it.each([
    ['Authorization: Bearer abcdef.ghijkl', 'Authorization: Bearer [redacted]'],
    ['Basic dXNlcjpwYXNzd29yZA==', 'Basic [redacted]'],
    ['postgres://me:pass@db/x', 'postgres://me:[redacted]@db/x'],
  ])('%s loses its credential alone', (text, expected) => expect(redactText(text)).toBe(expected));

  it('a split dump that lost something is the same JSON as one that was read whole', () => {
    const dump = inDumps['an API key']!('something-secret');
    (dump['configs'] as JsonObject[]).push({ '@type': 'x', version_info: '1', a: [1, { b: [] }], c: 'd' });
    const bytes = Buffer.from(JSON.stringify(dump));
    const [split, whole] = [0, 1e9].map((splitFrom) => redactDump(bytes, new Set(), { splitFrom }).toString('utf8'));
    expect(JSON.parse(split!)).toEqual(JSON.parse(whole!));
  });
});
