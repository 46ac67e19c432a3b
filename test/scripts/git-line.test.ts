import { describe, expect, it } from 'vitest';
import { mutateLine } from '../../scripts/mutation/git-line.ts';

const text = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web # the shop's front
  namespace: shop
spec:
  hosts:
    - web
  http:
    - timeout: 5s
      retries: { attempts: 3 }
      route:
        - destination:
            host: web
          weight: 100 # all
---
apiVersion: networking.istio.io/v1
kind: PeerAuthentication
metadata: { name: p, namespace: shop }
spec:
  mtls:
    mode: STRICT
`;

const at = (line: number) => mutateLine('a.yaml', text, line);

describe('a line of Git', () => {
  it('is changed to another value of its kind, with the object and the field that it belongs to', () => {
    expect(at(10)).toMatchObject({ line: 10, what: '5s became 6s', path: ['spec', 'http', 0, 'timeout'] });
    expect(at(15)).toMatchObject({ what: '100 became 101', path: ['spec', 'http', 0, 'route', 0, 'weight'] });
    expect(at(8)).toMatchObject({ what: 'web became webx', path: ['spec', 'hosts', 0] });
    expect(at(22)).toMatchObject({ what: 'STRICT became PERMISSIVE', after: { kind: 'PeerAuthentication' } });
  });

  it('stays as it is where it says what the object is, or holds no scalar', () => {
    for (const line of [1, 2, 3, 4, 5, 7, 9, 11, 16, 99]) expect(at(line)).toBeUndefined();
  });
});
