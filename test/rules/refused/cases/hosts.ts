import type { Cases } from './types.ts';

const server = (rest: string, port = '{number: 80, name: a, protocol: HTTP}'): string =>
  `{servers: [{hosts: ["*"], port: ${port}, ${rest}}]}`;
const https = (rest: string): string => server(`tls: {${rest}}`, '{number: 443, name: a, protocol: HTTPS}');
const entry = (rest: string, port = '{number: 80, name: http, protocol: HTTP}'): string =>
  `{hosts: [a.b], ports: [${port}], ${rest}}`;
const listener = (rest: string): string => `{ingress: [{port: {number: 80, protocol: HTTP, name: http}, ${rest}}]}`;
const egress = (rest: string): string => `{egress: [{hosts: ["*/*"], ${rest}}]}`;
const probe = (rest: string): string => `{template: {}, probe: {${rest}}}`;
const first = 'spec.servers[0]';

/** Gateways, ServiceEntries, Sidecars and workloads outside of Kubernetes. */
export const hosts: Record<string, Cases> = {
  Gateway: {
    refused: [
      ['{servers: []}', 'spec'],
      ['{servers: [{port: {number: 80, name: a, protocol: HTTP}}]}', first],
      ['{servers: [{hosts: ["*"]}]}', first],
      ['{servers: [{hosts: [a], port: {number: 80, name: a, protocol: HTTP}}]}', `${first}.hosts[0]`],
      [
        '{servers: [{hosts: ["a_b/c.d", "*a.b"], port: {number: 80, name: a, protocol: HTTP}}]}',
        `${first}.hosts[0]`,
        `${first}.hosts[1]`,
      ],
      [server('bind: a'), `${first}.bind`],
      [server('bind: "unix:///a"'), `${first}.port.number`],
      [
        server('', '{number: 0, name: a, protocol: FOO, targetPort: 1}'),
        `${first}.port.protocol`,
        `${first}.port.number`,
        `${first}.port.targetPort`,
      ],
      [server('', '{number: 443, name: a, protocol: HTTPS}'), first],
      [server('', '{number: 80, protocol: HTTP}'), `${first}.port`],
      [server('tls: {mode: SIMPLE, credentialName: a}'), `${first}.tls`],
      [server('tls: {}', '{number: 80, name: a, protocol: TCP}'), `${first}.tls`],
      [https('mode: SIMPLE'), `${first}.tls`],
      [https('mode: MUTUAL, serverCertificate: a, privateKey: b'), `${first}.tls`],
      [https('mode: ISTIO_MUTUAL, credentialName: a'), `${first}.tls.credentialName`],
      [https('mode: SIMPLE, credentialName: a, serverCertificate: a, privateKey: b'), `${first}.tls.serverCertificate`],
      [https('mode: SIMPLE, serverCertificate: a, privateKey: b, caCrl: c'), `${first}.tls.caCrl`],
      [
        '{servers: [{hosts: ["*"], port: {number: 80, name: a, protocol: HTTP}}, {hosts: ["*"], port: {number: 81, name: a, protocol: HTTP}}]}',
        'spec.servers[1].port.name',
      ],
    ],
    taken: [
      '{servers: [{hosts: ["./*.a.b", "*/*", 10.0.0.1, "*"], port: {number: 80, name: a, protocol: grpc-web}}]}',
      server('bind: "unix://@a"', '{number: 0, name: a, protocol: TCP}'),
      server('tls: {httpsRedirect: true}'),
      https('mode: OPTIONAL_MUTUAL, credentialName: a'),
      https('mode: SIMPLE, serverCertificate: a, privateKey: b'),
    ],
  },
  ServiceEntry: {
    refused: [
      ['{ports: [{number: 80, name: a}]}', 'spec'],
      ['{hosts: ["*"]}', 'spec.hosts[0]'],
      [entry('addresses: [10.0.0.0/8], resolution: DNS'), 'spec.addresses[0]'],
      [entry('endpoints: [{address: 1.1.1.1}]'), 'spec.endpoints'],
      [
        entry('workloadSelector: {labels: {a: b}}, endpoints: [{address: 1.1.1.1}], resolution: STATIC'),
        'spec.endpoints',
      ],
      [entry('resolution: STATIC, endpoints: [{address: a.b}]'), 'spec.endpoints[0].address'],
      [
        entry('resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {other: 1}}]'),
        'spec.endpoints[0].ports.other',
      ],
      ['{hosts: ["*.a.b"], resolution: DNS}', 'spec.hosts[0]'],
      [entry('resolution: DNS, endpoints: [{address: "unix:///a"}]'), 'spec.endpoints[0].address'],
      [entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: a}, {address: b}]'), 'spec.endpoints'],
      [
        '{hosts: [a.b, c.d], ports: [{number: 1, name: a, protocol: TCP}], resolution: STATIC}',
        'spec.ports[0].protocol',
      ],
      [
        '{hosts: [a.b], ports: [{number: 1, name: a}, {number: 1, name: a}]}',
        'spec.ports[1].name',
        'spec.ports[1].number',
      ],
      [
        entry('', '{number: 0, name: a_b, protocol: FOO}'),
        'spec.ports[0].name',
        'spec.ports[0].protocol',
        'spec.ports[0].number',
      ],
      [
        '{hosts: [a.b], resolution: DYNAMIC_DNS, location: MESH_INTERNAL, ports: [{number: 1, name: a, protocol: TCP}]}',
        'spec.hosts[0]',
        'spec.ports[0].protocol',
        'spec.location',
      ],
      [entry('exportTo: ["~", a]'), 'spec.exportTo'],
    ],
    taken: [
      '{hosts: ["*.a.b"], addresses: [10.0.0.0/8]}',
      entry(
        'exportTo: ["~"], resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {http: 8080}}, {address: "unix:///a"}]',
      ),
      entry('resolution: DNS_ROUND_ROBIN, endpoints: [{address: c.d}]'),
      '{hosts: [a.b, c.d], ports: [{number: 1, name: a, protocol: TLS}], resolution: STATIC}',
      '{hosts: ["*.b"], resolution: DYNAMIC_DNS, location: MESH_EXTERNAL, ports: [{number: 1, name: a, protocol: TLS}]}',
    ],
  },
  Sidecar: {
    refused: [
      ['{}', 'spec'],
      ['{egress: [{port: {number: 1}}]}', 'spec.egress[0]'],
      ['{egress: [{hosts: ["*/*"]}, {hosts: ["*/*"], port: {number: 1}}]}', 'spec.egress[0]'],
      [
        '{egress: [{hosts: [a.b, a_b/c.d, "*/a"]}]}',
        'spec.egress[0].hosts[0]',
        'spec.egress[0].hosts[1]',
        'spec.egress[0].hosts[2]',
      ],
      ['{egress: [{hosts: ["~a/b.c"]}]}', 'spec.egress[0].hosts[0]'],
      [egress('port: {protocol: HTTP}'), 'spec.egress[0].port'],
      [
        egress('port: {number: 0, protocol: HTTP}, bind: "unix:///a", captureMode: IPTABLES'),
        'spec.egress[0].captureMode',
      ],
      [
        egress('port: {number: 1, protocol: FOO, name: a_b, targetPort: 2}, bind: a.b'),
        'spec.egress[0].port.targetPort',
        'spec.egress[0].port.name',
        'spec.egress[0].port.protocol',
        'spec.egress[0].bind',
      ],
      ['{ingress: [{defaultEndpoint: "127.0.0.1:80"}]}', 'spec.ingress[0]'],
      [listener('defaultEndpoint: "10.0.0.1:80"'), 'spec.ingress[0].defaultEndpoint'],
      [listener('defaultEndpoint: "127.0.0.1"'), 'spec.ingress[0].defaultEndpoint'],
      [
        listener('tls: {mode: ISTIO_MUTUAL, httpsRedirect: true}'),
        'spec.ingress[0].tls.httpsRedirect',
        'spec.ingress[0].tls.mode',
        'spec.ingress[0].tls',
      ],
      ['{ingress: [{port: {number: 1}}, {port: {number: 1}}]}', 'spec.ingress[1].port.number'],
      [
        '{outboundTrafficPolicy: {egressProxy: {host: a.b, port: {number: 1}}}}',
        'spec.outboundTrafficPolicy.egressProxy',
      ],
      [
        '{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: "*.b", subset: v_1}}}',
        'spec.outboundTrafficPolicy.egressProxy.host',
        'spec.outboundTrafficPolicy.egressProxy',
      ],
      ['{inboundConnectionPool: {}}', 'spec.inboundConnectionPool'],
    ],
    taken: [
      '{egress: [{hosts: ["*/*"], port: {number: 1}}, {hosts: ["./a.b", "~/*"]}]}',
      egress('port: {number: 0, protocol: HTTP}, bind: "unix:///a", captureMode: NONE'),
      listener('defaultEndpoint: "[::1]:80"'),
      listener('defaultEndpoint: ":80"'),
      listener('defaultEndpoint: "unix:///a"'),
      '{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: a.b, port: {number: 1}}}}',
    ],
  },
  WorkloadEntry: {
    refused: [
      ['{labels: {a: b}}', 'spec'],
      ['{address: a_b}', 'spec.address'],
      ['{address: "unix://a", ports: {a: 1}}', 'spec.address', 'spec.ports'],
      ['{address: 1.1.1.1, ports: {a_b: 1, c: 0}}', 'spec.ports.a_b', 'spec.ports.c'],
      ['{address: 1.1.1.1, labels: {a: "*"}}', 'spec.labels.a'],
    ],
    taken: [
      '{address: a.b}',
      '{address: "unix:///a"}',
      '{network: a}',
      '{address: "::1", ports: {c: 1}, labels: {a/b: c.d_e}}',
    ],
  },
  WorkloadGroup: {
    refused: [
      ['{probe: {exec: {command: [a]}}}', 'spec'],
      ['{template: {}, metadata: {labels: {a/b/c: d}}}', 'spec.metadata.labels["a/b/c"]'],
      [probe(''), 'spec.probe'],
      [probe('grpc: {port: 1}'), 'spec.probe'],
      [
        probe('periodSeconds: -1, httpGet: {port: 0, scheme: http, httpHeaders: [{name: a_b}]}'),
        'spec.probe.periodSeconds',
        'spec.probe.httpGet.port',
        'spec.probe.httpGet.scheme',
        'spec.probe.httpGet.httpHeaders[0]',
      ],
      [probe('tcpSocket: {port: 65536}'), 'spec.probe.tcpSocket.port'],
      [probe('exec: {}'), 'spec.probe.exec'],
    ],
    taken: [
      '{template: {}}',
      probe('httpGet: {port: 1, scheme: HTTP, httpHeaders: [{name: a-b}]}'),
      probe('exec: {command: [a]}'),
    ],
  },
};
