import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoundaryRequest } from '../../../src/app/review/boundary/index.ts';
import { type CurlTarget, writtenOf } from '../../../src/app/review/curl.ts';
import { startApplication } from '../../support/real-mesh/application.ts';
import { makeIdentities } from '../../support/real-mesh/identities.ts';

const run = promisify(execFile);

/** Requests with all that shells and curl take for something else. */
const requests: BoundaryRequest[] = [
  { method: 'GET', path: '/', headers: [] },
  { method: 'DELETE', path: '/it\'s/"quoted"/$(id)/`id`/$HOME/!!/\\n', headers: [] },
  { method: 'POST', path: '/{a,b}/[1-3]/x?q={c}&r=[d]&s=a+b%20c', headers: [] },
  { method: 'GET', path: '/a/../b/./c/%2e%2e/d', headers: [] },
  { method: 'GET', path: '//double//slash;&|<>*~^=', headers: ['x-user: a;b|c&d>e'] },
  { method: 'HEAD', path: '/head', headers: [] },
  { method: 'OPTIONS', path: '/-leading', headers: ['x-dash: -rf /', 'x-at: @/etc/passwd', '-x: 1'] },
  { method: 'PUT', path: '/h', headers: ['x-user: it\'s "$(id)" `id` \\ $HOME', 'x-empty:', 'x-two: a', 'x-two: b'] },
  { method: "a'b", path: '/method', headers: [] },
  { method: '-X', path: '/method', headers: [] },
  { method: 'GET', path: '/authority', headers: [], authority: "it's.example:99" },
  { method: 'GET', path: '/ua', headers: ['user-agent: mine', 'accept: text/plain'] },
];

describe('a line of curl, run by a shell', () => {
  const seen: { method: string; path: string; host: string; lines: string[] }[] = [];
  const server = createServer((incoming: IncomingMessage, response) => {
    const { rawHeaders: raw } = incoming;
    const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`.trim()] : []));
    seen.push({
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      host: incoming.headers.host ?? '',
      lines,
    });
    response.end('ok');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const shells = ['sh', 'bash'];
  const lines = requests.flatMap((request) =>
    shells.flatMap((shell) => [true, false].map((gateway) => ({ request, shell, gateway }))),
  );
  it.each(lines)('$shell sends $request.method $request.path, to a gateway: $gateway', async (line) => {
    const { request, shell, gateway } = line;
    const host = gateway ? 'shop.example' : 'localhost';
    const { curl, request: told } = writtenOf({ host, port, tls: false, gateway }, request);
    seen.length = 0;
    // What Node's server refuses to read is no mistake of the line.
    const known = /^[A-Z]+$/.test(request.method);
    await run(shell, ['-c', `${curl} --max-time 5 -s -o /dev/null`], {
      env: { ...process.env, GATEWAY: '127.0.0.1' },
    }).catch((error: unknown) => {
      if (known) throw error;
    });
    if (!known) return;
    const [arrived] = seen;
    expect(seen).toHaveLength(1);
    expect({ method: arrived?.method, path: arrived?.path }).toEqual({ method: request.method, path: request.path });
    expect(arrived?.host).toBe(request.authority ?? (gateway ? host : `${host}:${port}`));
    expect(arrived?.lines).toEqual(expect.arrayContaining(request.headers));
    expect(`${told.method} ${told.url}`).toBe(`${request.method} http://${host}:${port}${request.path}`);
  });

  describe('over TLS, and of bytes', () => {
    const names: string[] = [];
    let application: Awaited<ReturnType<typeof startApplication>>;
    let folder = '';
    const lines = (target: Omit<CurlTarget, 'port'>): string =>
      writtenOf({ ...target, port: application.port }, { method: 'GET', path: '/', headers: [] }).curl;
    const answer = async (line: string): Promise<string> => {
      const env = { ...process.env, GATEWAY: '127.0.0.1' };
      const ended = await run('sh', ['-c', `${line} --max-time 5 </dev/null`], { env }).catch((it) => it);
      return `${ended.stdout}${ended.stderr}`;
    };
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'mesh-curl-'));
      const principal = 'spiffe://cluster.local/application';
      application = await startApplication(makeIdentities(folder, [principal]).of(principal), (name) =>
        names.push(name),
      );
    });
    afterAll(() => {
      application.stop();
      rmSync(folder, { recursive: true });
    });

    it.each([
      ['a gateway', { host: 'a.example', tls: true, gateway: true }],
      [
        'an address that the name does not lead to',
        { host: 'any.wild.example', tls: true, gateway: false, address: '127.0.0.1' },
      ],
    ])('reaches %s with the name in SNI', async (_, target) => {
      names.length = 0;
      expect(await answer(lines(target))).toMatch(/^HTTP\/1.1 200 OK/);
      expect(names).toEqual([target.host]);
    });

    it.each([
      ['a gateway', { host: 'db', tls: false, gateway: true, bytes: true }],
      ['an address', { host: '127.0.0.1', tls: false, gateway: false, bytes: true }],
      ['an address beside the name', { host: 'db', tls: false, gateway: false, address: '127.0.0.1', bytes: true }],
    ])('opens a connection to %s', async (_, target) => {
      expect(await answer(lines(target))).toContain(`Connected to 127.0.0.1 (127.0.0.1) port ${application.port}`);
    });
  });

  it('is one line, whatever the text', () => {
    const { curl } = writtenOf({ host: 'a', port: 1, tls: true, gateway: true }, requests[7] as BoundaryRequest);
    expect(curl).not.toMatch(/[\n\r]/);
  });
});
