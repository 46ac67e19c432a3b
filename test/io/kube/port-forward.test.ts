import { createHash, randomBytes } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Connection, connect } from '../../../src/io/kube/connection.ts';
import { podHttp, portForwardGet } from '../../../src/io/kube/pod-http.ts';
import { openPortForward } from '../../../src/io/kube/port-forward.ts';
import { isProblem } from '../../../src/model/cluster-state.ts';
import { ApiServer } from '../../support/api-server/index.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const servers: Server[] = [];
let api: ApiServer;
let connection: Connection;
const pod = { namespace: 'shop', podName: 'web', port: 8080, hides: '' };
const soon = () => AbortSignal.timeout(10_000);

beforeAll(async () => {
  api = await new ApiServer([]).start();
  connection = await connected();
});
afterAll(async () => {
  await api?.close();
  for (const server of servers) server.close();
});

async function connected(cluster: object = {}): Promise<Connection> {
  const made = await connect({ kubeconfig: api.kubeconfig({ token: 'secret' }, cluster), env: {}, backoffMs: 5 });
  if (isProblem(made)) throw new Error(made.message);
  return made;
}

/** Makes `server` what listens in the pod. */
async function inPod(server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api.forwards.set('shop/web:8080', { port: (server.address() as AddressInfo).port });
}

async function open() {
  const stream = await openPortForward(connection, pod, soon());
  if (isProblem(stream)) throw new Error(stream.message);
  return stream;
}

it('carries bytes both ways unchanged', async () => {
  await inPod(createServer((socket) => socket.pipe(socket)));
  const stream = await open();
  const sent = randomBytes(3_000_000);
  stream.write(sent);
  const received: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    received.push(chunk);
    size += chunk.length;
    if (size === sent.length) break;
  }
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

it('slows the pod down where nobody reads, and loses nothing', async () => {
  const total = 64 * 1024 * 1024;
  const chunk = randomBytes(64 * 1024);
  let sent = 0;
  await inPod(
    createServer((socket) => {
      const more = () => {
        while (sent < total) {
          sent += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
        socket.end();
      };
      socket.on('error', () => undefined);
      more();
    }),
  );
  const stream = await open();
  for (let before = -1; before !== sent; await sleep(300)) before = sent;
  expect(sent).toBeLessThan(total / 2);
  const [expected, actual] = [createHash('sha256'), createHash('sha256')];
  for (let bytes = 0; bytes < total; bytes += chunk.length) expected.update(chunk);
  for await (const part of stream) actual.update(part);
  expect(actual.digest('hex')).toBe(expected.digest('hex'));
});

it('ends when the pod ends the connection', async () => {
  await inPod(createServer((socket) => socket.end('bye')));
  expect(await text(await open())).toBe('bye');
});

it('serves several requests over one connection, and opens another where the pod closes it', async () => {
  let connections = 0;
  const server = createHttpServer((request, response) => {
    if (request.url === '/last') response.setHeader('Connection', 'close');
    response.end(`answer to ${request.url}`);
  });
  server.on('connection', () => connections++);
  await inPod(server);
  const http = podHttp(connection, pod, soon());
  for (const path of ['/a', '/b', '/last']) expect(String(await http.get(path))).toBe(`answer to ${path}`);
  expect(connections).toBe(1);
  expect(String(await http.get('/c'))).toBe('answer to /c');
  expect(connections).toBe(2);
  http.close();
});

it('goes through the proxy of the cluster as requests do', async () => {
  let tunnels = 0;
  const proxy = createHttpServer().on('connect', (request, socket, head) => {
    tunnels++;
    const upstream = dial(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  servers.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  await inPod(createHttpServer((_request, response) => response.end('hello')));
  const proxied = await connected({ 'proxy-url': `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  expect(String(await portForwardGet(proxied, pod, '/', soon()))).toBe('hello');
  expect(tunnels).toBe(1);
  proxied.close();
});

it('names what answers wrong', async () => {
  await inPod(createHttpServer((_request, response) => response.writeHead(404).end()));
  const answer = await portForwardGet(connection, pod, '/debug/mesh', soon());
  expect(answer).toMatchObject({ code: 'rubbish', message: 'shop/web: /debug/mesh on port 8080 answered 404' });
});
