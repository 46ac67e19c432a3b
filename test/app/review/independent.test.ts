import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { type ChangedObject, orderHazards } from '../../../src/app/review/hazards.ts';
import { independentGroups } from '../../../src/app/review/independent.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { resourceName } from '../../../src/model/resource.ts';
import { toResource } from '../../../src/source/object.ts';
import { manifest } from '../../support/manifests.ts';

const route = (name: string, host = name, more = ''): string =>
  manifest('VirtualService', name, `{hosts: [${host}]${more}, http: [{route: [{destination: {host: ${name}}}]}]}`);
const rule = (name: string): string => manifest('DestinationRule', name, `{host: ${name}.shop.svc.cluster.local}`);
const gateway = manifest(
  'Gateway',
  'public',
  '{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}]}',
);
const strict = manifest('PeerAuthentication', 'all', '{mtls: {mode: STRICT}}');

function changed(yaml: string): ChangedObject[] {
  return (loadAll(yaml) as JsonObject[])
    .filter((it) => it)
    .map((it) => toResource(it, 'api'))
    .map((resource) => ({ key: resourceName(resource), resource, deleted: false }));
}

function groups(yaml: string): string[][] {
  return independentGroups(changed(yaml)).map((group) => group.map(({ key }) => key));
}

describe('objects of a change that have nothing to do with each other', () => {
  it('are those without a common host', () => {
    expect(groups(route('web') + route('api') + rule('web') + rule('api'))).toEqual([
      ['VirtualService shop/web', 'DestinationRule shop/web'],
      ['VirtualService shop/api', 'DestinationRule shop/api'],
    ]);
    expect(groups(route('web', 'api.shop') + rule('api'))).toHaveLength(1);
  });

  it('are none where one acts on all, or names hosts by a pattern', () => {
    expect(groups(route('web') + route('api') + strict)).toHaveLength(1);
    expect(groups(route('web') + route('api', "'*.example'"))).toHaveLength(1);
  });

  it('are none of one Gateway that changes too', () => {
    const [web, api] = [route('web', 'web', ', gateways: [public]'), route('api', 'api', ', gateways: [public]')];
    expect(groups(web + api)).toHaveLength(2);
    expect(groups(web + api + gateway)).toHaveLength(1);
  });

  it('are on the way at once, and each for itself where that is bad', () => {
    const names = ['web', 'api', 'pay'];
    const objects = changed(names.map((name) => route(name) + rule(name)).join(''));
    const judged: string[][] = [];
    const judge = (bad: string) => (keys: ReadonlySet<string>) => {
      judged.push([...keys]);
      const trouble = keys.has(`VirtualService shop/${bad}`) && !keys.has(`DestinationRule shop/${bad}`);
      const request = { proxies: ['shop/a'], curl: 'curl', request: { method: 'GET', url: '', headers: [] } };
      return { findings: [], requests: trouble ? [{ ...request, base: '200', head: '503', breaks: true }] : [] };
    };
    expect(orderHazards(objects, 10, judge('nothing'))).toEqual({ findings: [], order: { kind: 'any' } });
    expect(judged).toHaveLength(2);
    const { findings, order } = orderHazards(objects, 10, judge('api'));
    expect(findings.map(({ message }) => message)).toEqual([
      'requests fail on the way, if VirtualService shop/api is applied before DestinationRule shop/api',
    ]);
    const keys = order.kind === 'safe' ? order.keys : [];
    expect(keys).toHaveLength(6);
    expect(keys.indexOf('DestinationRule shop/api')).toBeLessThan(keys.indexOf('VirtualService shop/api'));
  });
});
