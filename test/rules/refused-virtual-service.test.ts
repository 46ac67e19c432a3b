import { describe, expect, it } from 'vitest';
import { compiledMesh } from '../../src/app/check/compiled-mesh.ts';
import { refusedVirtualService } from '../../src/rules/refused-virtual-service.ts';
import { manifest } from '../support/manifests.ts';
import { inputOf } from '../support/mesh.ts';

function told(spec: string, live?: string): string[] {
  const input = inputOf(manifest('VirtualService', 'a', spec));
  const accepted = live === undefined ? [] : inputOf(manifest('VirtualService', 'a', live)).resources;
  const found = refusedVirtualService.find(compiledMesh({ ...input, accepted }, () => true));
  return found.map(({ code, severity, field }) => `${code} ${severity} ${field}`);
}
const to = 'route: [{destination: {host: b}}]';
const mail = (sni: string): string => `{hosts: [mail.example, "*.x"], tls: [{match: [{sniHosts: ["${sni}"]}], ${to}}]}`;

describe("what istiod's webhook refuses", () => {
  it.each([
    [mail('smtp.example'), 'spec.tls[0].match[0].sniHosts[0]'],
    [`{hosts: [a], tls: [{match: [{port: 1}], ${to}}]}`, 'spec.tls[0].match[0]'],
    ['{hosts: [a], tcp: [{match: [{port: 1}]}]}', 'spec.tcp[0]'],
    ['{hosts: [a]}', 'spec'],
    [`{hosts: ["*"], http: [{${to}}]}`, 'spec.hosts[0]'],
    [`{hosts: ["*.a.b", "*.b"], gateways: [g], http: [{${to}}]}`, 'spec.hosts[1]'],
    [`{gateways: [g], http: [{${to}}]}`, 'spec.gateways'],
    ['{hosts: [a], http: [{timeout: 1s}]}', 'spec.http[0]'],
    [`{hosts: [a], http: [{redirect: {uri: /}, ${to}}]}`, 'spec.http[0].route'],
    [`{hosts: [a], http: [{delegate: {name: b}, ${to}}]}`, 'spec.http[0].route'],
    [`{hosts: [a], http: [{match: [{uri: {regex: "(?!a)"}}], ${to}}]}`, 'spec.http[0].match[0].uri.regex'],
    ['{hosts: [a], http: [{route: [{destination: {host: b}}, {destination: {host: c}}]}]}', 'spec.http[0].route'],
  ])('%s', (spec, field) => {
    expect(told(spec)).toEqual([`MESH0174 error ${field}`]);
    expect(told(spec, spec)).toEqual([]);
    expect(told(spec, mail('a.x'))).toHaveLength(1);
  });

  it.each([
    mail('mail.example'),
    mail('*.y.x'),
    mail('10.0.0.1'),
    `{hosts: ["*"], gateways: [g], http: [{${to}}]}`,
    `{http: [{${to}}]}`,
    '{hosts: [a], http: [{delegate: {name: b}}, {directResponse: {status: 503}}]}',
    '{hosts: [a], http: [{route: [{destination: {host: b}, weight: 1}, {destination: {host: c}}]}]}',
    `{hosts: [a], http: [{match: [{headers: {x: {regex: "a|b"}}}], ${to}}]}`,
  ])('takes %s', (spec) => {
    expect(told(spec)).toEqual([]);
  });
});
