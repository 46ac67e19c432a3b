import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { adopt, derive, deriveField, originsAt, placeOf, standsFor } from '../../src/model/provenance.ts';
import { toResource } from '../../src/source/object.ts';

const route = { timeout: '5s', match: [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }] };
const resource = toResource(
  { apiVersion: 'v1', kind: 'VirtualService', metadata: { name: 'a' }, spec: { http: [route] } } as JsonObject,
  'api',
);

it('knows of each container the resource and the path', () => {
  expect(placeOf(resource.object)).toEqual({ resource, path: [] });
  expect(placeOf(resource.spec)?.path).toEqual(['spec']);
  expect(placeOf(route.match)?.path).toEqual(['spec', 'http', 0, 'match']);
  expect(placeOf(route.match[1]!.uri)).toEqual({ resource, path: ['spec', 'http', 0, 'match', 1, 'uri'] });
  expect(placeOf({})).toBeUndefined();
});

it('writes the path of a container out once for all that come from it', () => {
  const first = originsAt(derive({}, route), [])[0];
  expect(first).toBe(originsAt(derive({}, route), [])[0]);
  expect(first).toBe(placeOf(route));
  expect(originsAt(deriveField({ timeout: '5s' }, 'timeout', [route, 'timeout']), ['timeout'])).toEqual([
    { resource, path: ['spec', 'http', 0, 'timeout'] },
  ]);
});

it('leaves a place that was given before', () => {
  const copy = standsFor({ apiVersion: 'v1', kind: 'VirtualService', metadata: { name: 'b' }, spec: {} }, route);
  adopt({ ...resource, object: copy });
  expect(placeOf(copy)).toEqual({ resource, path: ['spec', 'http', 0] });
});
