import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const gateway = manifest(
  'Gateway',
  'public',
  '{selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}',
  { namespace: 'edge' },
);
const route = manifest(
  'VirtualService',
  'www',
  '{hosts: [www.example], gateways: [edge/public], http: [{match: [{headers: {"@request.auth.claims.group": {exact: admin}}}], route: [{destination: {host: cart}}]}]}',
);
const tokens = (namespace: string): string =>
  manifest('RequestAuthentication', 'tokens', '{jwtRules: [{issuer: x, jwksUri: "https://x.example/keys"}]}', {
    namespace,
  });
const told = (yaml: string) => findingsIn(yaml).map(({ code, field }) => `${code} ${field}`);

it('tells a claim that nobody verifies, and not where a RequestAuthentication holds for the gateway', () => {
  expect(told(gateway + route)).toEqual(['MESH0193 spec.http[0].match[0].headers["@request.auth.claims.group"]']);
  expect(told(gateway + route + tokens('shop'))).toHaveLength(1);
  expect(told(gateway + route + tokens('edge'))).toEqual([]);
  expect(told(gateway + route + tokens('istio-system'))).toEqual([]);
});
