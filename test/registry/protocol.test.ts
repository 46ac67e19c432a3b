import { describe, expect, it } from 'vitest';
import { kubernetesProtocol, parseProtocol } from '../../src/registry/protocol.ts';

describe('protocol of a Kubernetes port', () => {
  it.each([
    [{ port: 80, name: 'http' }, 'HTTP'],
    [{ port: 80, name: 'http-web' }, 'HTTP'],
    [{ port: 80, name: 'HTTP2-x' }, 'HTTP2'],
    [{ port: 80, name: 'grpc-web-x' }, 'GRPC-Web'],
    [{ port: 80, name: 'grpc-x' }, 'GRPC'],
    [{ port: 80, name: 'web' }, 'Unsupported'],
    [{ port: 80, name: 'constructor' }, 'Unsupported'],
    [{ port: 80, name: 'web', appProtocol: '__proto__' }, 'Unsupported'],
    [{ port: 3306, name: 'web' }, 'TCP'],
    [{ port: 3306, name: 'mysql' }, 'MySQL'],
    [{ port: 53, name: 'http', protocol: 'UDP' }, 'UDP'],
    [{ port: 80, name: 'http', appProtocol: 'tcp' }, 'TCP'],
    [{ port: 80, name: 'http', appProtocol: 'kubernetes.io/h2c' }, 'HTTP2'],
    [{ port: 80, name: 'http', appProtocol: 'kubernetes.io/wss' }, 'HTTPS'],
    [{ port: 80, name: 'http', appProtocol: 'example.com/own' }, 'Unsupported'],
  ])('%o is %s', (port, protocol) => {
    expect(kubernetesProtocol(port)).toBe(protocol);
  });

  it('is read by name, case ignored, in a ServiceEntry', () => {
    expect(['http_proxy', 'Mongo', 'GRPC-WEB', 'other'].map(parseProtocol)).toEqual([
      'HTTP_PROXY',
      'Mongo',
      'GRPC-Web',
      'Unsupported',
    ]);
  });
});
