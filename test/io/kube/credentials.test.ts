import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { getObject } from '../../../src/io/kube/api-client.ts';
import { connect } from '../../../src/io/kube/connection.ts';
import type { KubeOptions } from '../../../src/io/kube/options.ts';
import { isProblem, type Problem } from '../../../src/model/cluster-state.ts';
import { ApiServer } from '../../support/api-server/index.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let api: ApiServer;

beforeAll(async () => {
  api = await new ApiServer([]).start();
});
afterEach(() => {
  api.users.clear();
  api.users.set('secret', { name: 'tester' });
});
afterAll(() => api?.close());

/** Lists pods so many times side by side and gives the outcomes' statuses or problems. */
async function list(user: object, options: KubeOptions & { cluster?: never; clusterEntry?: object } = {}, times = 1) {
  const { clusterEntry, ...rest } = options;
  const connection = await connect({ kubeconfig: api.kubeconfig(user, clusterEntry), env: {}, backoffMs: 5, ...rest });
  if (isProblem(connection)) return connection;
  const get = async () => {
    const answer = await getObject(connection, '/api/v1/pods');
    return isProblem(answer) ? answer : answer.status;
  };
  const answers = await Promise.all(Array.from({ length: times }, get));
  return answers.length === 1 ? answers[0]! : answers;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const file = (name: string, text: string) => {
  const path = join(api.folder, name);
  writeFileSync(path, text);
  return path;
};

describe('credentials', () => {
  it('are a token, before it a token file', async () => {
    expect(await list({ token: 'secret' })).toBe(200);
    expect(await list({ tokenFile: file('token', 'secret\n'), token: 'wrong' })).toBe(200);
    expect(await list({ token: 'wrong' })).toMatchObject({ code: 'unauthorized' });
    expect(await list({})).toMatchObject({ code: 'unauthorized' });
  });

  it('are user and password', async () => {
    api.users.set(base64('jane:pass'), { name: 'jane' });
    expect(await list({ username: 'jane', password: 'pass' })).toBe(200);
  });

  it('are a client certificate, as data or as files, data first', async () => {
    api.users.set('-', { name: 'alice' });
    const { certificate, key } = api.certificates.client;
    const data = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
    expect(await list(data)).toBe(200);
    const files = { 'client-certificate': file('client.crt', certificate), 'client-key': file('client.key', key) };
    expect(await list(files)).toBe(200);
    expect(await list({ ...data, 'client-certificate': '/absent', 'client-key': '/absent' })).toBe(200);
    const problem = await list({ 'client-certificate': '/absent', 'client-key': '/absent' });
    expect(problem).toMatchObject({ code: 'config', message: expect.stringContaining('/absent') });
  });

  it('of a token file are read again when they are refused', async () => {
    const tokenFile = file('rotated', 'secret');
    const connection = await connect({ kubeconfig: api.kubeconfig({ tokenFile }), env: {} });
    if (isProblem(connection)) throw new Error(connection.message);
    expect(await getObject(connection, '/api/v1/pods')).toMatchObject({ status: 200 });
    api.users.clear();
    api.users.set('fresh', { name: 'tester' });
    file('rotated', 'fresh');
    expect(await getObject(connection, '/api/v1/pods')).toMatchObject({ status: 200 });
  });

  it('impersonate user, groups and uid', async () => {
    await list({ token: 'secret' }, { as: 'jane', asGroups: ['dev', 'ops'], asUid: '7' });
    const { headers } = api.requests.at(-1)!;
    expect(headers).toMatchObject({ 'impersonate-user': 'jane', 'impersonate-uid': '7' });
    expect(headers['impersonate-group']).toBe('dev, ops');
    expect(await list({ token: 'secret' }, { asGroups: ['dev'] })).toMatchObject({ code: 'config' });
  });

  it('are an OIDC token that has not expired', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 600 })}.x`;
    api.users.set(token, { name: 'jane' });
    expect(await list({ 'auth-provider': { name: 'oidc', config: { 'id-token': token } } })).toBe(200);
  });

  it('of removed providers name what to use', async () => {
    const problem = await list({ 'auth-provider': { name: 'gcp' } });
    expect(problem).toMatchObject({ code: 'config', advice: expect.stringContaining('gke-gcloud-auth-plugin') });
  });
});

describe('TLS', () => {
  it('may be told not to verify', async () => {
    const clusterEntry = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
    expect(await list({ token: 'secret' }, { clusterEntry })).toBe(200);
  });

  it('verifies against another name where the cluster says so', async () => {
    expect(await list({ token: 'secret' }, { clusterEntry: { 'tls-server-name': 'kubernetes.default' } })).toBe(200);
  });

  it('goes through a proxy of the environment or the cluster', async () => {
    const asked: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket, head) => {
      asked.push(request.url ?? '');
      const upstream = dial(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        socket.pipe(upstream).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const target = new URL(api.url).host;
    expect(await list({ token: 'secret' }, { clusterEntry: { 'proxy-url': url } }, 3)).toEqual([200, 200, 200]);
    expect(new Set(asked)).toEqual(new Set([target]));
    // localhost is never proxied by the environment; a name of the cluster's own would be.
    const port = new URL(api.url).port;
    const clusterEntry = { server: `https://kubernetes.default:${port}` };
    expect(await list({ token: 'secret' }, { clusterEntry, env: { HTTPS_PROXY: url } })).toBe(200);
    expect(asked.at(-1)).toBe(`kubernetes.default:${port}`);
    proxy.closeAllConnections();
    proxy.close();
  });
});

describe.skipIf(process.platform === 'win32')('an exec plugin', () => {
  const apiVersion = 'client.authentication.k8s.io/v1';
  let runs = 0;

  /** A plugin that appends its KUBERNETES_EXEC_INFO to a file and prints what `script` makes of it. */
  function plugin(script: string): { command: string; log: string } {
    const log = join(api.folder, `log-${runs}`);
    const command = file(
      `plugin-${runs++}`,
      `#!${process.execPath}\nrequire('fs').appendFileSync(${JSON.stringify(log)}, process.env.KUBERNETES_EXEC_INFO + '\\n');\n` +
        `const print = (status) => console.log(JSON.stringify({apiVersion: '${apiVersion}', kind: 'ExecCredential', status}));\n${script}`,
    );
    chmodSync(command, 0o755);
    return { command, log };
  }
  const infos = (log: string) =>
    readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('is run once for many requests, and told about the cluster', async () => {
    const { command, log } = plugin(`print({token: process.env.TOKEN + process.argv[2]})`);
    const exec = {
      apiVersion,
      command,
      args: ['ret'],
      env: [{ name: 'TOKEN', value: 'sec' }],
      provideClusterInfo: true,
    };
    expect(await list({ exec }, {}, 25)).toEqual(Array(25).fill(200));
    expect(infos(log)).toMatchObject([
      { apiVersion, kind: 'ExecCredential', spec: { interactive: false, cluster: { server: api.url, config: null } } },
    ]);
  });

  it('is run again once for all requests that are refused', async () => {
    const { command, log } = plugin(
      `print({token: require('fs').readFileSync(${JSON.stringify(join(api.folder, 'log-'))} + '${runs}', 'utf8').split('\\n').length > 2 ? 'secret' : 'old'})`,
    );
    expect(await list({ exec: { apiVersion, command } }, {}, 8)).toEqual(Array(8).fill(200));
    expect(infos(log)).toHaveLength(2);
  });

  it('may give a client certificate', async () => {
    api.users.set('-', { name: 'alice' });
    const { certificate, key } = api.certificates.client;
    const status = { clientCertificateData: certificate, clientKeyData: key };
    const { command } = plugin(`print(${JSON.stringify(status)})`);
    expect(await list({ exec: { apiVersion, command } })).toBe(200);
  });

  it('whose credential expires is run again', async () => {
    const { command, log } = plugin(
      `print({token: 'secret', expirationTimestamp: new Date(Date.now() - 1000).toISOString()})`,
    );
    const connection = await connect({ kubeconfig: api.kubeconfig({ exec: { apiVersion, command } }), env: {} });
    if (isProblem(connection)) throw new Error(connection.message);
    await getObject(connection, '/api/v1/pods');
    await getObject(connection, '/api/v1/pods');
    expect(infos(log)).toHaveLength(2);
  });

  it('that hangs keeps nobody waiting who gives up, and ends with the run', async () => {
    const { command, log } = plugin('setInterval(() => {}, 1000)');
    const stop = new AbortController();
    const connection = await connect(
      { kubeconfig: api.kubeconfig({ exec: { apiVersion, command } }), env: {} },
      stop.signal,
    );
    if (isProblem(connection)) throw new Error(connection.message);
    expect(await getObject(connection, '/api', undefined, AbortSignal.timeout(50))).toMatchObject({ code: 'aborted' });
    const waiting = getObject(connection, '/api');
    await expect.poll(() => existsSync(log)).toBe(true);
    stop.abort();
    expect(await waiting).toMatchObject({ code: 'config' });
  });

  it.each([
    ['process.exit(3)', 'failed with code 3'],
    ['console.log("hello")', 'printed no ExecCredential'],
    ['print({})', 'neither a token nor a certificate'],
    [
      `console.log(JSON.stringify({apiVersion: 'other', kind: 'ExecCredential', status: {token: 'x'}}))`,
      'answered in other',
    ],
  ])('that does %s is a problem', async (script, words) => {
    const { command } = plugin(script);
    const problem = await list({ exec: { apiVersion, command } });
    expect(problem).toMatchObject({ code: 'config', message: expect.stringContaining(words) });
  });

  it('that is not installed gives its own hint, and one that wants a terminal is not run', async () => {
    const absent = await list({ exec: { apiVersion, command: 'mesh-absent-plugin', installHint: 'Install it.' } });
    expect(absent).toMatchObject({ message: expect.stringContaining('is not installed'), advice: 'Install it.' });
    const { command, log } = plugin(`print({token: 'secret'})`);
    const asked = (await list({ exec: { apiVersion, command, interactiveMode: 'Always' } })) as Problem;
    expect(asked.message).toContain('terminal');
    expect(existsSync(log)).toBe(false);
  });
});
