import { Errors, Flags } from '@oclif/core';
import { failOnLevels } from '../src/app/exit-code.ts';
import type { OutputFile } from '../src/app/output-files.ts';
import { formats, formatsFor } from '../src/report/index.ts';

/** Where the Git side is read from. */
export const gitFlags = {
  git: Flags.string({
    helpValue: 'DIR_OR_URL',
    description: 'repository that holds the configuration (default: the one that this directory is in)',
  }),
  ref: Flags.string({
    helpValue: 'REF',
    description: 'branch, tag, commit, HEAD~2, or WORKTREE for uncommitted files (default: HEAD)',
  }),
  path: Flags.string({
    helpValue: 'SUBDIR',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only files below this directory or this file of the repository',
  }),
  kustomize: Flags.string({
    helpValue: 'DIR',
    multiple: true,
    multipleNonGreedy: true,
    description: 'render this Kustomize directory with kubectl kustomize or kustomize',
  }),
  helm: Flags.string({
    helpValue: 'CHART',
    multiple: true,
    multipleNonGreedy: true,
    description: 'render this Helm chart with helm template',
  }),
  'helm-values': Flags.string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'values file for --helm',
  }),
  config: Flags.string({
    helpValue: 'FILE',
    description: 'project file (default: .mesh.yaml at the root of the repository)',
  }),
};

export const noClusterFlag = {
  'no-cluster': Flags.boolean({
    exclusive: ['capture', 'context', 'kubeconfig'],
    description: "make up a cluster of the repository's Services and workloads instead of reading one",
  }),
};

/** Where the cluster's side is read from: a live cluster as kubectl reaches it, or a capture. */
export const clusterFlags = {
  capture: Flags.string({ helpValue: 'DIR|FILE.tgz', description: 'read a capture instead of a live cluster' }),
  kubeconfig: Flags.string({ helpValue: 'FILE', description: 'path of the kubeconfig' }),
  context: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'context of the kubeconfig, or cluster of a capture; several for a mesh of several clusters',
  }),
  cluster: Flags.string({ helpValue: 'NAME', description: 'cluster of the kubeconfig' }),
  user: Flags.string({ helpValue: 'NAME', description: 'user of the kubeconfig' }),
  as: Flags.string({ helpValue: 'USER', description: 'user to impersonate' }),
  'as-group': Flags.string({
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
    description: 'group to impersonate',
  }),
  'as-uid': Flags.string({ helpValue: 'UID', description: 'uid to impersonate' }),
  'istio-namespace': Flags.string({
    char: 'i',
    helpValue: 'NS',
    description: 'namespace of istiod (default: where one runs)',
  }),
  'request-timeout': Flags.string({
    helpValue: 'DURATION',
    description: 'how long to wait for one answer, such as 30s',
  }),
};

/** Which proxies are examined. */
export const proxyFlags = {
  namespace: Flags.string({ char: 'n', helpValue: 'NS', description: 'proxies in this namespace only' }),
  'all-namespaces': Flags.boolean({ char: 'A', description: 'proxies in all namespaces (the default)' }),
  selector: Flags.string({ char: 'l', helpValue: 'SELECTOR', description: 'proxies whose pod has these labels' }),
  proxy: Flags.string({ helpValue: 'NS/POD', multiple: true, multipleNonGreedy: true, description: 'this proxy only' }),
  'proxy-timeout': Flags.string({
    helpValue: 'DURATION',
    default: '30s',
    description: 'how long one proxy may take to answer',
  }),
  concurrency: Flags.integer({ default: 16, min: 1, max: 256, description: 'how many proxies are asked at once' }),
};

/** Object reads alone: no port is forwarded. */
export const noProxiesFlag = {
  'no-proxies': Flags.boolean({ description: 'objects of the API server alone: no proxy and no istiod is asked' }),
};

/** How findings are printed and judged. */
export const reportFlags = {
  output: Flags.option({
    char: 'o',
    options: formats,
    default: 'text' as const,
    description: `output format: ${formats.map((format) => `${format} (${formatsFor[format]})`).join(', ')}`,
  })(),
  'fail-on': Flags.option({
    options: failOnLevels,
    description: 'least severity that gives exit code 1 (default: warning, or what .mesh.yaml says)',
  })(),
};

/** More outputs of the same run; for the commands whose report has every format. */
export const outputFileFlags = {
  'output-file': Flags.custom<OutputFile>({
    helpValue: 'FORMAT=FILE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'write the report in this format to a file too (- is stdout); may be given several times',
    parse: async (text) => parseOutputFile(text),
  })(),
};

/** Reads `FORMAT=FILE`. */
function parseOutputFile(text: string): OutputFile {
  const [, name, file = ''] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  const format = formats.find((it) => it === name);
  if (format === undefined)
    throw new Errors.CLIError(`--output-file takes FORMAT=FILE with one of ${formats.join(', ')}, not ${text}`);
  return { format, file };
}
