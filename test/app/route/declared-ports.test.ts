import { describe, expect, it } from 'vitest';
import { inDoubt } from '../../../src/app/route/declared-ports.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { toResource } from '../../../src/source/object.ts';

function pod(...ports: JsonObject[]) {
  return toResource(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'db-1', namespace: 'shop' },
      spec: {
        containers: [
          { name: 'app', ports },
          { name: 'istio-proxy', ports: [{ containerPort: 15090 }] },
        ],
      },
    },
    'api',
  );
}

describe('what is in doubt of an application', () => {
  it.each([
    ['a declared port', pod({ containerPort: 8080 }), 8080, undefined],
    ['no port is declared', pod(), 8080, undefined],
    ['another port is declared', pod({ containerPort: 8080 }), 9090, /anything listens at port 9090 .* declare 8080/],
    ['a name that says bytes', pod({ containerPort: 5432, name: 'tcp-db' }), 5432, /speaks HTTP .* named tcp-db/],
    ['a name that says HTTP', pod({ containerPort: 80, name: 'http-tcp' }), 80, undefined],
    ["the proxy's own port", pod({ containerPort: 80 }), 15090, /anything listens/],
  ])('%s', (_, subject, port, doubt) => {
    const found = inDoubt(subject, port);
    if (doubt === undefined) expect(found).toBeUndefined();
    else expect(found?.doubt).toMatch(doubt);
    expect(inDoubt(subject, port)).toBe(found);
  });
});
