import { describe, expect, it } from 'vitest';
import { controllerOf } from '../../../src/app/drift/managers.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { toResource } from '../../../src/source/object.ts';

function withManagers(...managers: [manager: string, fields: JsonObject, time?: string][]) {
  return toResource(
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: {
        name: 'checkout',
        namespace: 'shop',
        managedFields: managers.map(([manager, fieldsV1, time]) => ({ manager, fieldsV1, time: time ?? '' })),
      },
      spec: {},
    },
    'api',
  );
}

const http = { 'f:spec': { 'f:http': {} } };
const weight = ['spec', 'http', 0, 'route', 0, 'weight'];

describe('the owner of a field', () => {
  it('is a controller for the weights inside a list that it is on record for', () => {
    expect(controllerOf(withManagers(['flagger', http]), weight)).toBe('flagger');
  });

  it('is not a controller for other fields of that list', () => {
    expect(controllerOf(withManagers(['flagger', http]), ['spec', 'http', 0, 'timeout'])).toBeUndefined();
  });

  it('is nobody else where a person or the applying tool wrote last', () => {
    for (const manager of ['kubectl-patch', 'kubectl-client-side-apply', 'argocd-controller', 'helm']) {
      expect(controllerOf(withManagers([manager, http]), weight)).toBeUndefined();
    }
  });

  it('is whoever owns the field itself, before whoever owns the list', () => {
    const hosts = { 'f:spec': { 'f:hosts': {} } };
    expect(controllerOf(withManagers(['kubectl', http], ['operator', hosts]), ['spec', 'hosts'])).toBe('operator');
    expect(controllerOf(withManagers(['operator', hosts]), weight)).toBeUndefined();
  });
});
