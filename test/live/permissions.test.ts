import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCapture } from '../../src/app/run-capture.ts';
import { runCheck } from '../../src/app/run-check.ts';
import { runCompile } from '../../src/app/run-compile.ts';
import { runDrift } from '../../src/app/run-drift.ts';
import { runReview } from '../../src/app/run-review.ts';
import { runRoute } from '../../src/app/run-route.ts';
import { runRouteTest } from '../../src/app/run-route-test.ts';
import { runStatus } from '../../src/app/run-status.ts';
import { runVerify } from '../../src/app/run-verify.ts';
import { kinds } from '../../src/io/kube/kinds.ts';
import type { Rule } from '../support/api-server/access.ts';
import { type ServedCapture, serveCapture } from '../support/api-server/serve-capture.ts';
import { makeRepository } from '../support/git-repository.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

interface Role {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules: Rule[];
}

const recording = 'fixtures/recordings/1.29/drift-several';
const roles = (loadAll(readFileSync('deploy/rbac.yaml', 'utf8')) as unknown as Role[]).filter(({ kind }) =>
  /Role$/.test(kind),
);
/** Each single right: one verb on one resource. */
const rights: Rule[] = roles.flatMap(({ metadata, rules }) =>
  rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => ({
        apiGroups,
        resources: [resource],
        verbs: [verb],
        namespace: metadata.namespace,
        ...(resourceNames ? { resourceNames } : {}),
      })),
    ),
  ),
);
const nameOf = ({ verbs, resources, apiGroups }: Rule): string =>
  `${verbs[0]} ${resources[0]}${apiGroups[0] === '' ? '' : `.${apiGroups[0]}`}`;
const { signal } = new AbortController();
const nothing = () => undefined;

let served: ServedCapture;
let folder: string;
let pod: string;
let tests: string;
beforeAll(async () => {
  served = await serveCapture(`${recording}/capture`);
  folder = mkdtempSync(join(tmpdir(), 'mesh-permissions-'));
  tests = join(folder, 'routes.yaml');
  const test = {
    request: { from: 'shop/frontend', method: 'GET', url: 'http://catalog:8080/' },
    expect: { status: 200 },
  };
  writeFileSync(tests, JSON.stringify({ version: 'mesh-route-test/v1', tests: [test] }));
  pod = [...served.api.forwards.keys()].find((key) => key.startsWith('shop/'))!.replace(':15000', '');
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that a command says under these rights: diagnostics, notes, or the error that it ends with. */
async function run(command: keyof typeof commands, allowed: Rule[]): Promise<string> {
  served.api.users.set('secret', { name: 'reader', rules: allowed });
  const flags = { kubeconfig: served.api.kubeconfig(), proxy: [pod] };
  try {
    return await commands[command](flags);
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

type Flags = { kubeconfig: string; proxy: string[]; 'no-proxies'?: boolean };
let captures = 0;
const git = { ref: 'WORKTREE', path: [`${recording}/git`] };
const commands = {
  drift: async (flags: Flags) => {
    const { report } = await runDrift({ ...git, ...flags }, '0', signal, nothing);
    return JSON.stringify(report.diagnostics);
  },
  status: async (flags: Flags) => {
    const { report } = await runStatus(flags, [], '0', signal, nothing);
    return JSON.stringify(report.diagnostics);
  },
  verify: async (flags: Flags) => {
    const { report } = await runVerify({ ...git, ...flags }, '0', signal);
    return JSON.stringify([report.diagnostics, report.proxies.map(({ reason }) => reason)]);
  },
  check: async (flags: Flags) => {
    const { report } = await runCheck(flags, '0', signal);
    return JSON.stringify(report.diagnostics);
  },
  review: async (flags: Flags) => {
    const { directory } = makeRepository({ 'mesh.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' });
    const { report } = await runReview('HEAD..', { ...flags, git: directory }, '0', signal);
    return JSON.stringify(report.diagnostics);
  },
  route: async ({ proxy: _, ...flags }: Flags) => {
    const from = { ...git, from: 'shop/frontend' };
    return JSON.stringify((await runRoute({ ...from, ...flags }, 'http://catalog:8080/', signal)).report.notes);
  },
  'route test': async ({ proxy: _, ...flags }: Flags) => {
    const { report } = await runRouteTest({ ...git, ...flags }, [tests], signal);
    return JSON.stringify([report.notes, report.results.map(({ mistakes }) => mistakes)]);
  },
  compile: async (flags: Flags) => (await runCompile(flags, [], signal)).notes.join('\n'),
  capture: async (flags: Flags) =>
    JSON.stringify((await runCapture(flags, join(folder, `${captures++}.tgz`), signal, nothing)).lines),
};
const names = Object.keys(commands) as (keyof typeof commands)[];
const refused = /forbidden|Missing is/;

it('the roles hold every kind that is read, and no other', () => {
  const listed = rights.filter(({ verbs }) => verbs[0] === 'list').map(nameOf);
  const read = kinds.map(({ plural, group }) => `list ${plural}${group === '' ? '' : `.${group}`}`);
  expect(listed.sort()).toEqual([...read, 'list configmaps'].sort());
});

it.each(names)('%s does all under deploy/rbac.yaml', async (command) => {
  expect(await run(command, rights)).not.toMatch(refused);
});

/** Rights without which the command has nothing to lose, as it does not use them. */
const unused: Partial<Record<keyof typeof commands, RegExp>> = {
  drift: /customresourcedefinitions/,
  status: /customresourcedefinitions/,
  verify: /customresourcedefinitions/,
  compile: /pods\/log|customresourcedefinitions/,
  check: /pods\/log/,
  review: /pods\/log/,
  route: /pods\/log|customresourcedefinitions/,
  'route test': /pods\/log|customresourcedefinitions/,
};

describe.each(names)('%s', (command) => {
  // What the recording's server has not got is not asked for.
  const servedRights = () => rights.filter((right) => right.verbs[0] !== 'list' || isServed(right));
  // Kinds are read in one way for all commands: the slower ones are tried with one right of each sort.
  const some = /^(list (pods|namespaces|configmaps|virtualservices.networking.istio.io)|(get|create) .*)$/;
  const slow = command !== 'capture' && command !== 'compile';

  it('says exactly which right is missing, whichever it is, and what it could not tell', async () => {
    for (const right of servedRights()) {
      // Asked for where Argo CD's Applications are.
      if (nameOf(right) === 'get configmaps') continue;
      if (unused[command]?.test(nameOf(right)) || (slow && !some.test(nameOf(right)))) continue;
      const said = await run(
        command,
        rights.filter((it) => it !== right),
      );
      const rule = `Missing is the verb "${right.verbs[0]}" on ${right.resources[0]}: have the rule {apiGroups: ["${right.apiGroups[0]}"], resources: ["${right.resources[0]}"]`;
      expect(said.replaceAll('\\"', '"'), nameOf(right)).toContain(rule);
      expect(said, nameOf(right)).toContain('Without it: ');
      // And no other one.
      expect(new Set(said.match(/Missing is the verb [^:]*/g)).size, nameOf(right)).toBe(1);
    }
  });
});

function isServed({ resources, apiGroups }: Rule): boolean {
  return Object.keys(served.api.store.served).includes(
    apiGroups[0] === '' ? resources[0]! : `${resources[0]}.${apiGroups[0]}`,
  );
}

describe('without the proxies', () => {
  const objects = rights.filter(({ verbs, resources }) => verbs[0] === 'list' || !resources[0]?.startsWith('pods/'));
  const able = names.filter((name) => name !== 'status' && name !== 'verify');
  it.each(able)('%s --no-proxies needs objects alone', async (command) => {
    served.api.users.set('secret', { name: 'reader', rules: objects });
    const before = served.api.requests.length;
    const said = await commands[command]({ kubeconfig: served.api.kubeconfig(), proxy: [pod], 'no-proxies': true });
    expect(said).not.toMatch(refused);
    expect(served.api.requests.slice(before).filter(({ path }) => /portforward|\/log/.test(path))).toEqual([]);
  });

  it('status --no-proxies asks istiod and no proxy, and verify refuses it with the reason', async () => {
    const istiods = {
      apiGroups: [''],
      resources: ['pods/portforward'],
      verbs: ['get', 'create'],
      namespace: 'istio-system',
    };
    served.api.users.set('secret', { name: 'reader', rules: [...objects, istiods] });
    const flags = { kubeconfig: served.api.kubeconfig(), proxy: [pod], 'no-proxies': true };
    expect(await commands.status(flags)).not.toMatch(refused);
    await expect(commands.verify(flags)).rejects.toThrow(/what the proxies hold.*drift --no-proxies/);
  });

  it('drift finds what Git and the API server disagree in, with its effect', async () => {
    served.api.users.set('secret', { name: 'reader', rules: objects });
    const flags = { ...git, kubeconfig: served.api.kubeconfig() };
    const { report } = await runDrift({ ...flags, 'no-proxies': true }, '0', signal, nothing);
    served.api.users.set('secret', { name: 'reader' });
    const whole = await runDrift(flags, '0', signal, nothing);
    const told = (findings: typeof report.findings) =>
      findings.filter(({ layer }) => layer === 'git-api').map(({ code, resource, field }) => [code, resource, field]);
    expect(told(report.findings).length).toBeGreaterThan(0);
    expect(told(report.findings)).toEqual(told(whole.report.findings));
    expect(report.findings.some(({ proxies }) => proxies.length > 0)).toBe(true);
    expect(report.summary.proxies.examined).toBe(0);
    expect(report.complete).toBe(true);
  });
});
