import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import type { JsonObject } from '../../../src/model/json.ts';
import { authenticate, refusal, type User } from './access.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { discoveryDocument, servedKinds } from './kinds.ts';
import { type Forward, serveForward } from './port-forward.ts';
import { type ObjectPath, parseObjectPath, Store, status } from './store.ts';

/** Answers in place of the server, or leaves the request to it by returning false. */
export type Fault = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

let certificates: Certificates | undefined;

/**
 * An API server for tests over the real protocol: HTTPS with certificates of its own, tokens, RBAC, discovery, lists in
 * pages, logs, and ports forwarded over WebSockets.
 */
export class ApiServer {
  readonly store: Store;
  readonly certificates: Certificates;
  /** By bearer token (or base64 of `user:password`). A token that is taken out has expired. */
  readonly users = new Map<string, User>([['secret', { name: 'tester' }]]);
  /** By `namespace/pod:port`. A pod that is not listed here has vanished (404). */
  readonly forwards = new Map<string, Forward>();
  readonly logs = new Map<string, string>();
  faults: Fault[] = [];
  /** Answered instead of switching protocols. */
  upgradeFault: { status: number; body: string } | undefined;
  readonly requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  /** Connections that were accepted, and ports being forwarded now and at most. */
  connections = 0;
  forwarding = { now: 0, most: 0 };
  readonly folder = mkdtempSync(join(tmpdir(), 'mesh-api-server-'));
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (protocols) => protocols.has('v4.channel.k8s.io') && 'v4.channel.k8s.io',
  });

  constructor(objects: JsonObject[], served = servedKinds) {
    this.store = new Store(objects, served);
    certificates ??= makeCertificates();
    this.certificates = certificates;
    const { ca, server } = certificates;
    const tls = { ca, cert: server.certificate, key: server.key, requestCert: true, rejectUnauthorized: false };
    this.#server = createServer(tls, (request, response) => this.#serve(request, response));
    this.#server.on('secureConnection', () => this.connections++);
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes a kubeconfig for this server and returns its path. */
  kubeconfig(user: object = { token: 'secret' }, cluster: object = {}): string {
    const path = join(this.folder, `config-${Math.random().toString(36).slice(2)}`);
    const authority = { 'certificate-authority-data': Buffer.from(this.certificates.ca).toString('base64') };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
      clusters: [{ name: 'test', cluster: { server: this.url, ...authority, ...cluster } }],
      users: [{ name: 'tester', user }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    if (this.faults.some((fault) => fault(request, response, request.url ?? ''))) return;
    const user = authenticate(request, this.users);
    if (!user) return answer(request, response, 401, status(401, 'Unauthorized'));
    const document = discoveryDocument(url.pathname, this.store.served);
    if (document) return answer(request, response, 200, document);
    const path = parseObjectPath(url.pathname);
    if (!path) return answer(request, response, 404, status(404, 'not found'));
    const refused = refuse(user, path);
    if (refused) return answer(request, response, 403, status(403, refused));
    if (path.subresource === 'log') {
      response.end(this.logs.get(`${path.namespace}/${path.name}`) ?? '');
    } else if (path.name !== undefined) {
      const object = this.store.get(path);
      answer(request, response, object ? 200 : 404, object ?? status(404, `${path.plural} "${path.name}" not found`));
    } else {
      const page = this.store.list(path, url.searchParams);
      answer(request, response, page.status, page.body);
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    const path = parseObjectPath(url.pathname);
    const user = authenticate(request, this.users);
    const reject = (code: number, body: string | object, headers = '') => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const length = `Content-Length: ${Buffer.byteLength(text)}`;
      socket.end(`HTTP/1.1 ${code} no\r\n${length}\r\n${headers}Connection: close\r\n\r\n${text}`);
    };
    if (this.upgradeFault) return reject(this.upgradeFault.status, this.upgradeFault.body);
    if (!user) return reject(401, status(401, 'Unauthorized'));
    // As AuthorizePodWebsocketUpgradeCreatePermission has it.
    const refused = path && (refuse(user, path) ?? (user.rules && refuse(user, path, 'create')));
    if (refused) return reject(403, status(403, refused));
    const port = Number(url.searchParams.get('ports'));
    const forward = this.forwards.get(`${path?.namespace}/${path?.name}:${port}`);
    if (forward && 'status' in forward) {
      const { retryAfter } = forward;
      return reject(forward.status, 'not now', retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`);
    }
    if (!forward) return reject(404, status(404, `pods "${path?.name}" not found`));
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.forwarding.now++;
      this.forwarding.most = Math.max(this.forwarding.most, this.forwarding.now);
      webSocket.on('close', () => this.forwarding.now--);
      serveForward(webSocket, port, forward);
    });
  }
}

function refuse(user: User, path: ObjectPath, verb = path.name === undefined ? 'list' : 'get'): string | undefined {
  const resource = path.subresource ? `${path.plural}/${path.subresource}` : path.plural;
  return refusal(user, verb, resource, path.group, path.namespace, path.name);
}

/** As the API server does, big answers are compressed. */
function answer(request: IncomingMessage, response: ServerResponse, code: number, body: object): void {
  const text = Buffer.from(JSON.stringify(body));
  const zip = text.length > 128 * 1024 && String(request.headers['accept-encoding']).includes('gzip');
  response.writeHead(code, { 'Content-Type': 'application/json', ...(zip ? { 'Content-Encoding': 'gzip' } : {}) });
  response.end(zip ? gzipSync(text, { level: 1 }) : text);
}
