import { describe, expect, it } from 'vitest';
import { readConventions } from '../../../../src/app/drift/conventions/index.ts';
import { differencesOf } from '../../../../src/app/drift/objects.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import { formatPath } from '../../../../src/model/json.ts';
import type { Resource } from '../../../../src/model/resource.ts';
import { readManifest } from '../../../../src/source/manifest.ts';
import { toResource } from '../../../../src/source/object.ts';

const gitOf = (file: string, text: string): Resource[] => readManifest(file, text, { namespace: 'shop' }).resources;
const liveOf = (spec: JsonObject, metadata: JsonObject = {}): Resource =>
  toResource(
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'cart', namespace: 'shop', ...metadata },
      spec,
    },
    'api',
  );
const service = (annotations = '{}'): Resource[] =>
  gitOf(
    'mesh/shop/cart.yaml',
    `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop, annotations: ${annotations}}
spec:
  hosts: [cart]
  http: [{timeout: 3s, route: [{destination: {host: cart}, weight: 100}]}]
`,
  );
const changed: JsonObject = {
  hosts: ['cart'],
  http: [{ timeout: '9s', route: [{ destination: { host: 'cart' }, weight: 70 }], retries: { attempts: 1 } }],
};
const application = (ignore: string, path = 'mesh'): Resource[] =>
  gitOf(
    'apps/shop.yaml',
    `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: https://git.example/mesh, path: ${path}}
  ignoreDifferences:
  - ${ignore}
`,
  );
const cm = (data: string): Resource[] =>
  gitOf(
    'argocd/cm.yaml',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata:\n${data}`,
  );

/** The fields that are left, with who says so. */
function left(extra: Resource[], live: Resource, git = service()): string[] {
  const conventions = readConventions([...git, ...extra], [live]);
  const [own] = git as [Resource];
  return differencesOf(own, live).flatMap((it) => {
    const found = conventions.ofField(own, live, it);
    const place = found?.location ? ` ${found.location.file}:${found.location.line}` : '';
    return found ? [`${formatPath(it.path)} ${found.by}${place}`] : [];
  });
}
const by = 'Argo CD (Application argocd/shop) apps/shop.yaml:7';

describe("Argo CD's ignoreDifferences", () => {
  const only = (what: string): string => `{group: networking.istio.io, kind: VirtualService, ${what}}`;

  it.each([
    ['jsonPointers: [/spec/http/0/timeout]', [`spec.http[0].timeout ${by}`]],
    ['jsonPointers: [/spec/http/0/route]', [`spec.http[0].route[0].weight ${by}`]],
    ['jqPathExpressions: [".spec.http[].route[].weight"]', [`spec.http[0].route[0].weight ${by}`]],
    ['name: cart, namespace: shop, jsonPointers: [/spec/http/0/timeout]', [`spec.http[0].timeout ${by}`]],
    ['name: other, jsonPointers: [/spec/http/0/timeout]', []],
    ['name: "*", jsonPointers: [/spec/http/0/timeout]', []],
    ['jsonPointers: [/spec/http/1]', []],
  ])('%s', (what, expected) => {
    expect(left(application(only(what)), liveOf(changed))).toEqual(expected);
  });

  it('hold for other kinds with a wildcard only', () => {
    const pointer = 'jsonPointers: [/spec/http/0/timeout]';
    expect(left(application(`{group: "*", kind: "*", ${pointer}}`), liveOf(changed))).toHaveLength(1);
    expect(left(application(`{group: apps, kind: Deployment, ${pointer}}`), liveOf(changed))).toEqual([]);
  });

  it('leave to a field manager what it owns', () => {
    const owner = { manager: 'rollouts', fieldsV1: { 'f:spec': { 'f:http': {} } } };
    const live = liveOf(changed, { managedFields: [owner] as unknown as JsonObject });
    expect(left(application(only('managedFieldsManagers: [rollouts]')), live)).toHaveLength(3);
    expect(left(application(only('managedFieldsManagers: [other]')), live)).toEqual([]);
  });

  it('hold for what the Application deploys: by the tracking id, the label, or the directory', () => {
    const rule = only('jsonPointers: [/spec/http/0/timeout]');
    const elsewhere = application(rule, 'other');
    const tracked = (id: string) =>
      liveOf(changed, {
        annotations: { 'argocd.argoproj.io/tracking-id': `${id}:networking.istio.io/VirtualService:shop/cart` },
      });
    expect(left(elsewhere, liveOf(changed))).toEqual([]);
    expect(left(elsewhere, tracked('shop'))).toHaveLength(1);
    expect(left(elsewhere, tracked('argocd_shop'))).toHaveLength(1);
    expect(left(application(rule), tracked('other'))).toEqual([]);
    expect(left(elsewhere, liveOf(changed, { labels: { 'app.kubernetes.io/instance': 'shop' } }))).toHaveLength(1);
  });

  it('of argocd-cm hold for all that Argo CD deploys', () => {
    const tracked = liveOf(changed, { annotations: { 'argocd.argoproj.io/tracking-id': 'x:a/b:c/d' } });
    const pointers = '    jsonPointers: [/spec/http/0/timeout]\n';
    const keys = ['networking.istio.io_VirtualService', 'all'];
    for (const key of keys) {
      const settings = cm(`  resource.customizations.ignoreDifferences.${key}: |\n${pointers}`);
      expect(left(settings, tracked)).toEqual([
        'spec.http[0].timeout Argo CD (ConfigMap argocd/argocd-cm) argocd/cm.yaml:5',
      ]);
      expect(left(settings, liveOf(changed))).toEqual([]);
    }
    const old = `  resource.customizations: |\n    networking.istio.io/VirtualService:\n      ignoreDifferences: |\n        jsonPointers: [/spec/http/0/timeout]\n`;
    expect(left(cm(old), tracked)).toHaveLength(1);
  });

  it('say which expressions are not evaluated', () => {
    const { diagnostics } = readConventions(application(only('jqPathExpressions: ["del(.spec)"]')), []);
    expect(diagnostics).toMatchObject([
      {
        severity: 'info',
        message: expect.stringContaining('del(.spec)'),
        location: { file: 'apps/shop.yaml', line: 7 },
      },
    ]);
  });

  it('leave extraneous objects that say so', () => {
    const annotated = liveOf({}, { annotations: { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' } });
    const conventions = readConventions([], []);
    expect(conventions.ofObject(annotated, 'live')?.by).toBe('Argo CD (compare-options: IgnoreExtraneous)');
    expect(conventions.ofObject(liveOf({}), 'live')).toBeUndefined();
  });
});

describe("Flux's annotations", () => {
  const flux = (text: string): string => `{kustomize.toolkit.fluxcd.io/${text}}`;

  it.each([
    ['reconcile: disabled', 3],
    ['ssa: Ignore', 3],
    ['ssa: IfNotPresent', 3],
    ['ssa: Merge', 1],
    ['ssa: Override', 0],
    ['reconcile: enabled', 0],
  ])('%s leaves %d fields', (text, count) => {
    const found = left([], liveOf(changed), service(flux(text)));
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]).toContain(`Flux (${text}) mesh/shop/cart.yaml:3`);
  });

  it('of helm-controller leaves all fields', () => {
    const found = left([], liveOf(changed), service('{helm.toolkit.fluxcd.io/driftDetection: disabled}'));
    expect(found).toHaveLength(3);
    expect(found[0]).toContain('Flux (driftDetection: disabled) mesh/shop/cart.yaml:3');
  });

  it('leave an object out that is never applied', () => {
    const conventions = readConventions([], []);
    const [ignored, once] = [service(flux('ssa: Ignore')), service(flux('ssa: IfNotPresent'))] as [
      Resource[],
      Resource[],
    ];
    expect(conventions.ofObject(ignored[0] as Resource, 'git')).toBeDefined();
    expect(conventions.ofObject(once[0] as Resource, 'git')).toBeUndefined();
  });
});

describe("Flux's ignore rules", () => {
  const owner = (kind: 'Kustomization' | 'HelmRelease', rule: string): Resource[] =>
    gitOf(
      'clusters/mesh.yaml',
      kind === 'Kustomization'
        ? `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: mesh, namespace: flux-system}
spec:
  path: ./mesh
  ignore:
  - ${rule}
`
        : `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: mesh, namespace: flux-system}
spec:
  driftDetection:
    ignore:
    - ${rule}
`,
    );
  const labelled = (group: string, name = 'mesh') =>
    liveOf(changed, { labels: { [`${group}/name`]: name, [`${group}/namespace`]: 'flux-system', team: 'a' } });
  const timeout = 'paths: [/spec/http/0/timeout]';

  it.each([
    [`{${timeout}}`, 1],
    ['{paths: [""]}', 3],
    [`{${timeout}, target: {kind: VirtualService, name: ca.*, namespace: shop, group: networking.istio.io}}`, 1],
    [`{${timeout}, target: {name: car}}`, 0],
    [`{${timeout}, target: {name: "("}}`, 0],
    [`{${timeout}, target: {version: v1, labelSelector: "team in (a,b)"}}`, 1],
    [`{${timeout}, target: {labelSelector: team=b}}`, 0],
    [`{${timeout}, target: {annotationSelector: x}}`, 0],
    ['{paths: [/spec/tls]}', 0],
  ])('of a Kustomization: %s leaves %d fields', (rule, count) => {
    const found = left(owner('Kustomization', rule), labelled('kustomize.toolkit.fluxcd.io'));
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]).toContain('Flux (Kustomization flux-system/mesh) clusters/mesh.yaml:7');
  });

  it('hold for what the controller applies: by its labels, else by the directory', () => {
    const rule = `{${timeout}}`;
    expect(left(owner('Kustomization', rule), liveOf(changed))).toHaveLength(1);
    expect(left(owner('Kustomization', rule), labelled('kustomize.toolkit.fluxcd.io', 'other'))).toEqual([]);
    expect(left(owner('HelmRelease', rule), labelled('helm.toolkit.fluxcd.io'))).toHaveLength(1);
    expect(left(owner('HelmRelease', rule), liveOf(changed))).toEqual([]);
  });
});
