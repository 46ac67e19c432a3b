import { expect, it } from 'vitest';
import { manifest } from '../support/manifests.ts';
import { findingsIn } from '../support/rules.ts';

const service = (port: string): string => `---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop, creationTimestamp: "2024-01-01T00:00:00Z"}
spec: {selector: {app: cart}, clusterIP: 10.96.0.77, clusterIPs: [10.96.0.77], ports: [${port}]}
`;
const routes = (rest = ''): string =>
  manifest('VirtualService', 'db', `{hosts: [db], ${rest}http: [{timeout: 3s, route: [{destination: {host: db}}]}]}`);
const told = (yaml: string) =>
  findingsIn(yaml)
    .filter(({ code }) => code === 'MESH0206')
    .map(({ resource, field }) => `${resource} ${field}`);

it('tells http routes for hosts whose ports are TCP or TLS', () => {
  const expected = ['VirtualService shop/db spec.http'];
  expect(told(service('{name: tcp-db, port: 3306}') + routes())).toEqual(expected);
  expect(told(service('{name: http, appProtocol: tcp, port: 3306}') + routes())).toEqual(expected);
  expect(told(service('{name: https, port: 443}') + routes())).toEqual(expected);
});

it('is silent for HTTP, sniffed and mixed ports, and for gateways', () => {
  expect(told(service('{name: http, port: 3306}') + routes())).toEqual([]);
  expect(told(service('{name: tcp, appProtocol: http, port: 3306}') + routes())).toEqual([]);
  expect(told(service('{name: db, port: 8306}') + routes())).toEqual([]);
  expect(told(service('{name: tcp, port: 3306}, {name: http, port: 80}') + routes())).toEqual([]);
  expect(told(service('{name: tcp, port: 3306}') + routes('gateways: [edge/gate], '))).toEqual([]);
  const outside = '{hosts: [web.example], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}';
  const opening = '{hosts: [web.example], http: [{route: [{destination: {host: web.example, port: {number: 443}}}]}]}';
  expect(told(manifest('ServiceEntry', 'web', outside) + manifest('VirtualService', 'web', opening))).toEqual([]);
});

it('tells http routes of a gateway that passes the TLS of their hosts on', () => {
  const gateway = (port: string, tls = ''): string =>
    manifest('Gateway', 'gate', `{selector: {istio: ingress}, servers: [{port: ${port}, ${tls}hosts: ["*.example"]}]}`);
  const passthrough = gateway('{number: 443, name: tls, protocol: TLS}', 'tls: {mode: PASSTHROUGH}, ');
  const web = (rest = ''): string =>
    manifest(
      'VirtualService',
      'web',
      `{hosts: [web.example], gateways: [gate], ${rest}http: [{route: [{destination: {host: cart}}]}]}`,
    );
  const severities = (yaml: string) =>
    findingsIn(yaml)
      .filter(({ code }) => code === 'MESH0206')
      .map(({ severity, field, proxies }) => `${severity} ${field} ${proxies.join()}`);
  expect(severities(passthrough + web())).toEqual(['error spec.http edge/gate']);
  const sni = 'tls: [{match: [{sniHosts: [web.example]}], route: [{destination: {host: cart}}]}], ';
  expect(severities(passthrough + web(sni))).toEqual(['warning spec.http edge/gate']);
  expect(severities(gateway('{number: 80, name: http, protocol: HTTP}') + web())).toEqual([]);
  const simple = gateway('{number: 443, name: https, protocol: HTTPS}', 'tls: {mode: SIMPLE, credentialName: c}, ');
  expect(severities(simple + web())).toEqual([]);
});
