/** Objects by kind: what istiod's webhook refuses (`spec => places`), and what it takes though it looks alike. */
export interface Cases {
  refused: [spec: string, ...places: string[]][];
  taken: string[];
}

const to = 'route: [{destination: {host: b}}]';
const http = (rest: string): string => `{hosts: [a.b], http: [{${to}, ${rest}}]}`;
const match = (rest: string): string => http(`match: [{${rest}}]`);
const tls = (rest: string): string => `{hosts: [a.b], tls: [{${rest}}]}`;
const policy = (rest: string): string => `{host: a.b, trafficPolicy: {${rest}}}`;
const balancer = (rest: string): string => policy(`outlierDetection: {}, loadBalancer: {${rest}}`);
const server = (rest: string, port = '{number: 80, name: a, protocol: HTTP}'): string =>
  `{servers: [{hosts: ["*"], port: ${port}, ${rest}}]}`;
const https = (rest: string): string => server(`tls: {${rest}}`, '{number: 443, name: a, protocol: HTTPS}');
const rule = (rest: string): string => `{rules: [{${rest}}]}`;
const source = (rest: string): string => rule(`from: [{source: {${rest}}}]`);
const paths = (path: string): string => rule(`to: [{operation: {paths: ["${path}"]}}]`);
const when = (rest: string): string => rule(`when: [{${rest}}]`);
const jwt = (rest: string): string => `{jwtRules: [{issuer: a, ${rest}}]}`;
const entry = (rest: string, port = '{number: 80, name: http, protocol: HTTP}'): string =>
  `{hosts: [a.b], ports: [${port}], ${rest}}`;
const listener = (rest: string): string => `{ingress: [{port: {number: 80, protocol: HTTP, name: http}, ${rest}}]}`;
const egress = (rest: string): string => `{egress: [{hosts: ["*/*"], ${rest}}]}`;
const patch = (rest: string): string => `{configPatches: [{${rest}}]}`;
const probe = (rest: string): string => `{template: {}, probe: {${rest}}}`;
const first = 'spec.servers[0]';
const route = 'spec.http[0]';

export const cases: Record<string, Cases> = {
  VirtualService: {
    refused: [
      [tls(`match: [{sniHosts: [c.d]}], ${to}`), 'spec.tls[0].match[0].sniHosts[0]'],
      [tls(`match: [{port: 1}], ${to}`), 'spec.tls[0].match[0]'],
      [tls(to), 'spec.tls[0]'],
      ['{hosts: [a], tcp: [{match: [{port: 1}]}]}', 'spec.tcp[0]'],
      [
        `{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/33]}], ${to}}]}`,
        'spec.tcp[0].match[0].destinationSubnets[0]',
      ],
      ['{hosts: [a]}', 'spec'],
      [`{hosts: ["*"], http: [{${to}}]}`, 'spec.hosts[0]'],
      [`{hosts: [a_b], http: [{${to}}]}`, 'spec.hosts[0]'],
      [`{hosts: [a.1], http: [{${to}}]}`, 'spec.hosts[0]'],
      [`{hosts: ["*.a.b", "*.b"], gateways: [g], http: [{${to}}]}`, 'spec.hosts[1]'],
      [`{gateways: [g], http: [{${to}}]}`, 'spec.gateways'],
      [`{hosts: [a], gateways: [a/b.c], http: [{${to}}]}`, 'spec.gateways[0]'],
      ['{hosts: [a], http: [{timeout: 1s}]}', route],
      [`{hosts: [a], exportTo: ["*", b], http: [{${to}}]}`, 'spec.exportTo'],
      [`{hosts: [a], exportTo: ["~"], http: [{${to}}]}`, 'spec.exportTo[0]'],
      [`{hosts: [a], exportTo: [., shop], http: [{${to}}]}`, 'spec.exportTo[1]'],
      [http('redirect: {uri: /}'), `${route}.route`],
      [http('delegate: {name: b}'), `${route}.route`],
      [`{http: [{delegate: {name: b}, ${to}}]}`, `${route}.delegate`],
      [http('mirror: {host: b}, mirrors: [{destination: {host: b}}]'), `${route}.mirror`],
      [http('mirrors: [{percentage: {value: 101}}]'), `${route}.mirrors[0].percentage.value`, `${route}.mirrors[0]`],
      [match('uri: {regex: "(?!a)"}'), `${route}.match[0].uri.regex`],
      [match(`uri: {regex: ${'x'.repeat(1025)}}`), `${route}.match[0].uri.regex`],
      [match('headers: {x: {prefix: ""}}'), `${route}.match[0].headers.x.prefix`],
      [match('headers: {"x y": {exact: a}}'), `${route}.match[0].headers["x y"]`],
      [match('headers: {"@request.auth.claims.a": {exact: b}}'), `${route}.match[0].headers["@request.auth.claims.a"]`],
      [match('sourceLabels: {"-a": b}'), `${route}.match[0].sourceLabels["-a"]`],
      [match('port: 65536'), `${route}.match[0].port`],
      [match('sourceNamespace: a_b'), `${route}.match[0].sourceNamespace`],
      [http('headers: {request: {set: {":path": a}}}'), `${route}.headers.request.set[":path"]`],
      [http('headers: {response: {remove: [Host]}}'), `${route}.headers.response.remove[0]`],
      [http('headers: {request: {add: {x: "50%"}}}'), `${route}.headers.request.add.x`],
      [http('headers: {request: {add: {x: "%REQ(a%"}}}'), `${route}.headers.request.add.x`],
      [http('rewrite: {authority: c}, headers: {request: {set: {host: d}}}'), `${route}.headers.request.set.host`],
      [http('rewrite: {uri: /, uriRegexRewrite: {match: a, rewrite: b}}'), `${route}.rewrite.uriRegexRewrite`],
      [http('rewrite: {uriRegexRewrite: {match: a}}'), `${route}.rewrite.uriRegexRewrite`],
      [http('rewrite: {}'), `${route}.rewrite`],
      [http('retries: {attempts: 0, retryOn: 5xx}'), `${route}.retries`],
      [http('retries: {attempts: 1, retryOn: "5xx, reset"}'), `${route}.retries.retryOn`],
      [http('timeout: 1.0001s'), `${route}.timeout`],
      [
        http('corsPolicy: {allowMethods: [get], maxAge: 1.5s}'),
        `${route}.corsPolicy.allowMethods[0]`,
        `${route}.corsPolicy.maxAge`,
      ],
      [
        http('corsPolicy: {allowOrigins: [{exact: ""}], allowHeaders: ["a b"]}'),
        `${route}.corsPolicy.allowOrigins[0]`,
        `${route}.corsPolicy.allowHeaders[0]`,
      ],
      [http('fault: {}'), `${route}.fault`],
      [
        http('fault: {abort: {httpStatus: 601, percentage: {value: 0.00001}}}'),
        `${route}.fault.abort.percentage.value`,
        `${route}.fault.abort.httpStatus`,
      ],
      [http('fault: {abort: {grpcStatus: "14"}}'), `${route}.fault.abort.grpcStatus`],
      [http('fault: {delay: {exponentialDelay: 1s}}'), `${route}.fault.delay.exponentialDelay`],
      ['{hosts: [a], http: [{redirect: {}}]}', `${route}.redirect`],
      [
        '{hosts: [a], http: [{redirect: {uri: /, redirectCode: 200, scheme: ftp}}]}',
        `${route}.redirect.redirectCode`,
        `${route}.redirect.scheme`,
      ],
      ['{hosts: [a], http: [{directResponse: {status: 99}}]}', `${route}.directResponse.status`],
      ['{hosts: [a], http: [{route: [{destination: {host: b}}, {destination: {host: c}}]}]}', `${route}.route`],
      ['{hosts: [a], http: [{route: [{destination: {host: "*"}}]}]}', `${route}.route[0].destination.host`],
      ['{hosts: [a], http: [{route: [{weight: 1}]}]}', `${route}.route[0]`],
      [
        '{hosts: [a], http: [{route: [{destination: {host: b, subset: v_1, port: {number: 0}}}]}]}',
        `${route}.route[0].destination.subset`,
        `${route}.route[0].destination.port.number`,
      ],
    ],
    taken: [
      tls(`match: [{sniHosts: [a.b]}], ${to}`),
      tls(`match: [{sniHosts: [10.0.0.1]}], ${to}`),
      `{hosts: ["*"], gateways: [g], http: [{${to}}]}`,
      `{hosts: [a.b.], gateways: [mesh, a/b], http: [{${to}}]}`,
      `{hosts: [outbound_.80_._.a.b], gateways: [g], tls: [{match: [{sniHosts: [outbound_.80_._.a.b]}], ${to}}]}`,
      `{http: [{${to}}]}`,
      `{hosts: [a], exportTo: [., other], http: [{${to}}]}`,
      '{hosts: [a], http: [{delegate: {name: b}}, {directResponse: {status: 600}}]}',
      '{hosts: [a], http: [{route: [{destination: {host: b}, weight: 1}, {destination: {host: c}}]}]}',
      `{hosts: [a.b], gateways: [g], http: [{match: [{headers: {"@request.auth.claims.a": {exact: b}}}], ${to}}]}`,
      match('headers: {x: {regex: "a|b"}}, withoutHeaders: {x: {regex: "*"}}, uri: {prefix: ""}'),
      http('headers: {request: {set: {host: d, x: "100%% %REQ(a)% %A([\\"b\\", \\"c\\"])%"}}}'),
      http('retries: {attempts: 1, retryOn: "5xx,503,cancelled"}, timeout: 1500ms'),
      http('corsPolicy: {allowMethods: [GET, "*"], allowHeaders: ["*", x_y], maxAge: 1m}'),
      http('fault: {abort: {httpStatus: 600, percentage: {value: 0.0001}}}'),
      '{hosts: [a], http: [{redirect: {derivePort: FROM_REQUEST_PORT, redirectCode: 399}}]}',
    ],
  },
  DestinationRule: {
    refused: [
      ['{trafficPolicy: {tls: {}}}', 'spec'],
      ['{host: a_b}', 'spec.host'],
      [policy(''), 'spec.trafficPolicy'],
      [policy('portLevelSettings: []'), 'spec.trafficPolicy'],
      [
        policy('portLevelSettings: [{tls: {}}, {port: {number: 1}}]'),
        'spec.trafficPolicy.portLevelSettings[0]',
        'spec.trafficPolicy.portLevelSettings[1]',
      ],
      [policy('tunnel: {targetHost: a, targetPort: 1}, proxyProtocol: {}'), 'spec.trafficPolicy.proxyProtocol'],
      [
        policy('tunnel: {targetHost: "*.a", targetPort: 0, protocol: GET}'),
        'spec.trafficPolicy.tunnel.protocol',
        'spec.trafficPolicy.tunnel.targetHost',
        'spec.trafficPolicy.tunnel.targetPort',
      ],
      [
        policy('outlierDetection: {consecutiveLocalOriginFailures: 1}'),
        'spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures',
      ],
      [
        policy('outlierDetection: {interval: 0.5ms, maxEjectionPercent: 101}'),
        'spec.trafficPolicy.outlierDetection.interval',
        'spec.trafficPolicy.outlierDetection.maxEjectionPercent',
      ],
      [policy('connectionPool: {}'), 'spec.trafficPolicy.connectionPool'],
      [
        policy('connectionPool: {http: {maxRetries: -1, h2UpgradePolicy: UPGRADE, useClientProtocol: true}}'),
        'spec.trafficPolicy.connectionPool.http.maxRetries',
        'spec.trafficPolicy.connectionPool.http.useClientProtocol',
      ],
      [policy('connectionPool: {tcp: {connectTimeout: 0s}}'), 'spec.trafficPolicy.connectionPool.tcp.connectTimeout'],
      [policy('tls: {mode: MUTUAL, privateKey: a}'), 'spec.trafficPolicy.tls'],
      [policy('tls: {mode: SIMPLE, credentialName: a, caCertificates: b}'), 'spec.trafficPolicy.tls.caCertificates'],
      [
        policy('tls: {mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a]}'),
        'spec.trafficPolicy.tls.subjectAltNames',
      ],
      [policy('tls: {mode: SIMPLE, credentialName: "configmap://other/a"}'), 'spec.trafficPolicy.tls.credentialName'],
      [
        balancer('consistentHash: {httpCookie: {ttl: 1s}}'),
        'spec.trafficPolicy.loadBalancer.consistentHash.httpCookie',
      ],
      [
        balancer('consistentHash: {maglev: {tableSize: 8}}'),
        'spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize',
      ],
      [
        balancer('warmup: {minimumPercent: 101}'),
        'spec.trafficPolicy.loadBalancer.warmup',
        'spec.trafficPolicy.loadBalancer.warmup.minimumPercent',
      ],
      [balancer('warmup: {duration: 1s, aggression: 0.5}'), 'spec.trafficPolicy.loadBalancer.warmup.aggression'],
      [
        balancer('localityLbSetting: {distribute: [{from: a, to: {b: 50}}]}'),
        'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0]',
      ],
      [
        balancer('localityLbSetting: {distribute: [{from: a, to: {b: 50, "b/*": 50}}]}'),
        'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to.b',
      ],
      [
        balancer('localityLbSetting: {failover: [{from: a, to: a}, {from: a/b, to: c}]}'),
        'spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]',
        'spec.trafficPolicy.loadBalancer.localityLbSetting.failover[1].from',
      ],
      [
        '{host: a, subsets: [{name: v1}, {name: v1}, {labels: {a: "b c"}}]}',
        'spec.subsets[1].name',
        'spec.subsets[2]',
        'spec.subsets[2].labels.a',
      ],
      [
        '{host: a, workloadSelector: {matchLabels: {a: "*"}}, exportTo: [other]}',
        'spec.exportTo',
        'spec.workloadSelector.matchLabels.a',
      ],
    ],
    taken: [
      '{host: "*.a.b", exportTo: ["*"]}',
      policy('tunnel: {targetHost: 10.0.0.1, targetPort: 1, protocol: POST}'),
      policy(
        'outlierDetection: {consecutiveLocalOriginFailures: 1, splitExternalLocalOriginErrors: true, interval: 1ms}',
      ),
      policy('connectionPool: {tcp: {idleTimeout: 0s, connectTimeout: 1.5s}}'),
      policy('tls: {mode: MUTUAL, credentialName: "configmap://shop/a"}'),
      policy('tls: {mode: SIMPLE, insecureSkipVerify: true}'),
      balancer('consistentHash: {maglev: {tableSize: 65537}}'),
      balancer('warmup: {duration: 1s, aggression: 1}'),
      balancer('localityLbSetting: {distribute: [{from: "a/*", to: {b/c: 50, b/d: 50}}, {from: b, to: {b: 100}}]}'),
      '{host: a, subsets: [{name: V1, labels: {"a.b/c": ""}}], workloadSelector: {matchLabels: {a: b}}, exportTo: [.]}',
    ],
  },
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
  EnvoyFilter: {
    refused: [
      ['{workloadSelector: {labels: {a: "b*"}}}', 'spec.workloadSelector.labels.a'],
      [patch('patch: {operation: REMOVE}'), 'spec.configPatches[0]'],
      [patch('applyTo: CLUSTER'), 'spec.configPatches[0]'],
      [patch('applyTo: CLUSTER, patch: {value: {}}'), 'spec.configPatches[0].patch'],
      [patch('applyTo: CLUSTER, patch: {operation: MERGE}'), 'spec.configPatches[0].patch'],
      [
        patch('applyTo: CLUSTER, match: {proxy: {proxyVersion: "(?!a)"}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.proxy.proxyVersion',
      ],
      [
        patch('applyTo: CLUSTER, match: {listener: {}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.listener',
      ],
      [
        patch('applyTo: HTTP_ROUTE, match: {cluster: {}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.cluster',
      ],
      [
        patch('applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {}}}}, patch: {operation: REMOVE}'),
        'spec.configPatches[0].match.listener.filterChain.filter',
      ],
      [
        patch(
          'applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {name: a, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
        ),
        'spec.configPatches[0].match.listener.filterChain.filter.name',
      ],
      [
        patch(
          'applyTo: NETWORK_FILTER, match: {listener: {filterChain: {filter: {name: a, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
        ),
        'spec.configPatches[0].match.listener.filterChain.filter.subFilter',
      ],
    ],
    taken: [
      patch('applyTo: CLUSTER, match: {cluster: {}}, patch: {operation: REMOVE}'),
      patch('applyTo: BOOTSTRAP, match: {listener: {}}, patch: {operation: MERGE, value: {}}'),
      patch('match: {context: WAYPOINT}'),
      patch(
        'applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: b}}}}}, patch: {operation: REMOVE}',
      ),
    ],
  },
  AuthorizationPolicy: {
    refused: [
      ['{action: DENY}', 'spec'],
      ['{action: CUSTOM, rules: [{}]}', 'spec'],
      ['{provider: {name: a}}', 'spec.provider'],
      [
        '{action: CUSTOM, provider: {name: a}, rules: [{from: [{source: {principals: [a]}}], when: [{key: "request.auth.claims[a]", values: [b]}]}]}',
        'spec.rules[0].from[0].source.principals',
        'spec.rules[0].when[0].key',
      ],
      ['{selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}]}', 'spec.targetRefs'],
      [
        '{targetRefs: [{kind: Pod, namespace: b}]}',
        'spec.targetRefs[0]',
        'spec.targetRefs[0].namespace',
        'spec.targetRefs[0]',
      ],
      [rule('from: [{}], to: [{}]'), 'spec.rules[0].from[0]', 'spec.rules[0].to[0]'],
      [
        rule('from: [{source: {}}], to: [{operation: {}}]'),
        'spec.rules[0].from[0].source',
        'spec.rules[0].to[0].operation',
      ],
      [
        source('principals: [""], ipBlocks: [10.0.0.0/33, a]'),
        'spec.rules[0].from[0].source.principals[0]',
        'spec.rules[0].from[0].source.ipBlocks[0]',
        'spec.rules[0].from[0].source.ipBlocks[1]',
      ],
      [
        source('serviceAccounts: ["a*"], namespaces: [b]'),
        'spec.rules[0].from[0].source.serviceAccounts',
        'spec.rules[0].from[0].source.serviceAccounts[0]',
      ],
      [rule('to: [{operation: {ports: ["65536"]}}]'), 'spec.rules[0].to[0].operation.ports[0]'],
      [paths('/{**}/{*}'), 'spec.rules[0].to[0].operation.paths[0]'],
      [paths('/a{b}'), 'spec.rules[0].to[0].operation.paths[0]'],
      [when('values: [a]'), 'spec.rules[0].when[0]'],
      [when('key: source.ip'), 'spec.rules[0].when[0]'],
      [when('key: source.ip, values: [a]'), 'spec.rules[0].when[0].values[0]'],
      [when('key: request.headers, values: [a]'), 'spec.rules[0].when[0].key'],
      [when('key: "destination.labels[a]", values: [a]'), 'spec.rules[0].when[0].key'],
    ],
    taken: [
      '{}',
      '{action: DENY, rules: [{}]}',
      '{action: CUSTOM, provider: {name: a}, rules: [{when: [{key: source.ip, values: [::1]}]}]}',
      '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}]}',
      source('serviceAccounts: [a/b], ipBlocks: ["::/0"]'),
      paths('/{*}/a/{**}'),
      paths('/a*'),
      when('key: "request.headers[a]", notValues: [b]'),
    ],
  },
  RequestAuthentication: {
    refused: [
      ['{jwtRules: [{}]}', 'spec.jwtRules[0]'],
      [
        jwt('audiences: [""], fromParams: [""], fromHeaders: [{prefix: a}]'),
        'spec.jwtRules[0].audiences[0]',
        'spec.jwtRules[0].fromParams[0]',
        'spec.jwtRules[0].fromHeaders[0]',
      ],
      [jwt('jwksUri: "ftp://a"'), 'spec.jwtRules[0].jwksUri'],
      [jwt('jwksUri: "https://a:b/"'), 'spec.jwtRules[0].jwksUri'],
      [jwt('jwks: "{}"'), 'spec.jwtRules[0].jwks'],
      [jwt('jwks: \'{"keys": [{"kty": "RSA", "n": "AQAB"}]}\''), 'spec.jwtRules[0].jwks'],
      [
        jwt('outputClaimToHeaders: [{claim: a}, {claim: a, header: "x y"}]'),
        'spec.jwtRules[0].outputClaimToHeaders[0]',
        'spec.jwtRules[0].outputClaimToHeaders[1].header',
      ],
      [jwt('timeout: 0s'), 'spec.jwtRules[0].timeout'],
    ],
    taken: [
      '{}',
      '{jwtRules: [{jwksUri: "https://a:1/b"}]}',
      jwt('jwks: \'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}\''),
    ],
  },
  PeerAuthentication: {
    refused: [
      ['{portLevelMtls: {"80": {mode: STRICT}}}', 'spec.portLevelMtls'],
      ['{selector: {matchLabels: {a: b}}, portLevelMtls: {}}', 'spec.portLevelMtls'],
      ['{selector: {matchLabels: {a: b}}, portLevelMtls: {"65536": {mode: STRICT}}}', 'spec.portLevelMtls.65536'],
      ['{selector: {matchLabels: {"": b}}}', 'spec.selector.matchLabels[""]'],
    ],
    taken: ['{}', '{selector: {matchLabels: {a: b}}, portLevelMtls: {"80": {mode: STRICT}}}'],
  },
  Telemetry: {
    refused: [
      ['{metrics: [{providers: [{}]}]}', 'spec.metrics[0].providers[0]'],
      [
        '{metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: b}, c: {}}}]}]}',
        'spec.metrics[0].overrides[0].tagOverrides.a.value',
        'spec.metrics[0].overrides[0].tagOverrides.c',
      ],
      ['{metrics: [{overrides: [{match: {customMetric: ""}}]}]}', 'spec.metrics[0].overrides[0].match.customMetric'],
      ['{accessLogging: [{filter: {expression: "response.code >="}}]}', 'spec.accessLogging[0].filter.expression'],
      [
        `{accessLogging: [{filter: {expression: "has(request.headers['a'])"}}]}`,
        'spec.accessLogging[0].filter.expression',
      ],
      ['{accessLogging: [{filter: {}}]}', 'spec.accessLogging[0].filter.expression'],
      [
        '{tracing: [{randomSamplingPercentage: 101, customTags: {a: {literal: {}}}}]}',
        'spec.tracing[0].randomSamplingPercentage',
        'spec.tracing[0].customTags.a.literal',
      ],
    ],
    taken: [
      `{accessLogging: [{filter: {expression: "response.code >= 400 && !('a' in request.headers) && has(a.b)"}}]}`,
      '{tracing: [{randomSamplingPercentage: 100, customTags: {a: {literal: {value: b}}}}]}',
      '{metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE}, c: {value: d}}}]}]}',
    ],
  },
  WasmPlugin: {
    refused: [
      ['{}', 'spec'],
      ['{url: "ftp://a"}', 'spec.url'],
      ['{url: "a b"}', 'spec.url'],
      ['{url: a/b, sha256: aa}', 'spec.sha256'],
      [
        '{url: a/b, vmConfig: {env: [{name: a}, {name: a}, {name: b, valueFrom: HOST, value: c}, {}]}}',
        'spec.vmConfig.env[2].value',
        'spec.vmConfig.env[3]',
        'spec.vmConfig.env[1].name',
      ],
      ['{url: a/b, match: [{ports: [{number: 65536}]}]}', 'spec.match[0].ports[0].number'],
    ],
    taken: [
      '{url: "oci://a/b:c"}',
      '{url: "a.b/c:d"}',
      `{url: "file:///a", sha256: ${'0a'.repeat(32)}, vmConfig: {env: [{name: a, value: b}]}}`,
    ],
  },
  ProxyConfig: {
    refused: [
      ['{concurrency: -1, selector: {matchLabels: {a: "*"}}}', 'spec.selector.matchLabels.a', 'spec.concurrency'],
    ],
    taken: ['{concurrency: 0, selector: {matchLabels: {a: b}}}'],
  },
};
