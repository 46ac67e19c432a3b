import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kubeconfig, loadKubeconfig } from '../../../src/io/kube/kubeconfig.ts';
import type { KubeOptions } from '../../../src/io/kube/options.ts';
import { selectTarget } from '../../../src/io/kube/target.ts';
import { isProblem } from '../../../src/model/cluster-state.ts';

let folder: string;
const files: Record<string, string> = {
  'first.yaml': `
current-context: staging
contexts:
- {name: staging, context: {cluster: one, user: tester, namespace: shop}}
- {name: production, context: {cluster: two, user: tester}}
clusters:
- {name: one, cluster: {server: https://one.example, certificate-authority: certs/ca.pem}}
users:
- name: tester
  user: {tokenFile: token, client-certificate: /etc/cert.pem, exec: {command: ./bin/plugin}}
`,
  'second.yaml': `
current-context: production
clusters:
- {name: one, cluster: {server: https://shadowed.example}}
- {name: two, cluster: {server: https://two.example}}
users:
- name: other
  user: {exec: {command: plugin}}
`,
  'twice.yaml': 'clusters:\n- {name: one, cluster: {}}\n- {name: one, cluster: {}}\n',
  'broken.yaml': 'clusters: [',
  'text.yaml': 'hello',
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-kubeconfig-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'home', '.kube'), { recursive: true });
  writeFileSync(join(folder, 'home', '.kube', 'config'), files['second.yaml']!);
});
afterAll(() => rmSync(folder, { recursive: true }));

const list = (...names: string[]) => names.map((name) => join(folder, name)).join(delimiter);
async function loaded(options: KubeOptions, serviceAccount?: string): Promise<Kubeconfig> {
  const config = await loadKubeconfig({ env: {}, ...options }, serviceAccount);
  if (isProblem(config)) throw new Error(config.message);
  return config;
}

describe('loadKubeconfig', () => {
  it('merges the files of $KUBECONFIG: the first to define a name wins, missing files are passed over', async () => {
    const config = await loaded({
      env: { KUBECONFIG: `${delimiter}${list('absent.yaml', 'first.yaml', 'second.yaml', 'first.yaml')}` },
    });
    expect(config.currentContext).toBe('staging');
    expect(config.clusters.get('one')?.['server']).toBe('https://one.example');
    expect([...config.clusters.keys(), ...config.users.keys()]).toEqual(['one', 'two', 'tester', 'other']);
    expect(config.files).toHaveLength(2);
  });

  it('resolves paths against the folder of their own file, a bare command against $PATH', async () => {
    const config = await loaded({ env: { KUBECONFIG: list('first.yaml', 'second.yaml') } });
    expect(config.clusters.get('one')?.['certificate-authority']).toBe(join(folder, 'certs/ca.pem'));
    expect(config.users.get('tester')).toMatchObject({
      tokenFile: join(folder, 'token'),
      'client-certificate': '/etc/cert.pem',
      exec: { command: join(folder, 'bin/plugin') },
    });
    expect(config.users.get('other')).toMatchObject({ exec: { command: 'plugin' } });
  });

  it('reads --kubeconfig alone, then $KUBECONFIG, then the home folder', async () => {
    const env = { KUBECONFIG: list('first.yaml'), HOME: join(folder, 'home') };
    expect((await loaded({ kubeconfig: list('second.yaml'), env })).files).toEqual([join(folder, 'second.yaml')]);
    expect((await loaded({ env })).files).toEqual([join(folder, 'first.yaml')]);
    expect((await loaded({ env: { HOME: env.HOME } })).files).toEqual([join(folder, 'home', '.kube', 'config')]);
  });

  it('uses the service account of the pod where there is no file', async () => {
    writeFileSync(join(folder, 'namespace'), 'ops\n');
    const env = { HOME: '/nowhere', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const absent = await loadKubeconfig({ env }, folder);
    expect(absent).toMatchObject({ code: 'config', message: expect.stringContaining('/nowhere/.kube/config') });
    writeFileSync(join(folder, 'token'), 'abc');
    const config = await loaded({ env }, folder);
    expect(selectTarget(config, {})).toMatchObject({
      namespace: 'ops',
      cluster: { server: 'https://[fd00::1]:443', 'certificate-authority': join(folder, 'ca.crt') },
      user: { tokenFile: join(folder, 'token') },
    });
  });

  it.each([
    [{ kubeconfig: 'absent.yaml' }, 'ENOENT'],
    [{ kubeconfig: 'twice.yaml' }, '"one" twice in clusters'],
    [{ kubeconfig: 'broken.yaml' }, 'is not YAML'],
    [{ kubeconfig: 'text.yaml' }, 'is not a kubeconfig'],
  ])('says what is wrong with %j', async ({ kubeconfig }, words) => {
    const problem = await loadKubeconfig({ kubeconfig: join(folder, kubeconfig), env: {} });
    expect(problem).toMatchObject({ code: 'config', message: expect.stringContaining(words) });
  });
});

describe('selectTarget', () => {
  const select = async (options: KubeOptions) =>
    selectTarget(await loaded({ env: { KUBECONFIG: list('first.yaml', 'second.yaml') } }), options);

  it('takes the current context, and flags before it', async () => {
    expect(await select({})).toMatchObject({
      context: 'staging',
      clusterName: 'one',
      userName: 'tester',
      namespace: 'shop',
    });
    expect(await select({ context: 'production' })).toMatchObject({ clusterName: 'two', namespace: 'default' });
    expect(await select({ cluster: 'two', user: 'other' })).toMatchObject({ clusterName: 'two', userName: 'other' });
  });

  it('lays --as and its companions over the user', async () => {
    const target = await select({ as: 'jane', asGroups: ['a', 'b'], asUid: '7' });
    expect(target).toMatchObject({ user: { as: 'jane', 'as-groups': ['a', 'b'], 'as-uid': '7' } });
  });

  it.each([
    [{ context: 'prodution' }, 'there is no context "prodution"', 'Did you mean "production"?'],
    [{ context: 'xyz' }, 'there is no context "xyz"', 'It has: staging, production.'],
    [{ cluster: 'tow' }, 'there is no cluster "tow"', '"two"'],
    [{ user: 'othr' }, 'there is no user "othr"', '"other"'],
  ])('suggests names near to %j', async (options, message, advice) => {
    const expected = {
      code: 'config',
      message: expect.stringContaining(message),
      advice: expect.stringContaining(advice),
    };
    expect(await select(options)).toMatchObject(expected);
  });

  it('asks for a context where none is current', async () => {
    const config = await loaded({ kubeconfig: join(folder, 'first.yaml') });
    expect(selectTarget({ ...config, currentContext: '' }, {})).toMatchObject({
      advice: expect.stringContaining('staging'),
    });
  });
});
