import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { Problem } from '../../model/cluster-state.ts';
import { isProblem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { KubeOptions } from './options.ts';

/** A `cluster`, `user` or `context` of a kubeconfig, by kubectl's own field names. Paths are already absolute. */
export type Entry = Record<string, unknown>;

/** Kubeconfig files merged as kubectl merges them. */
export interface Kubeconfig {
  clusters: Map<string, Entry>;
  users: Map<string, Entry>;
  contexts: Map<string, Entry>;
  currentContext: string;
  /** Files that were read, for messages. */
  files: string[];
}

/**
 * Reads the kubeconfig that kubectl would read: `--kubeconfig` alone (it must exist), else the files of `$KUBECONFIG`
 * (missing ones are passed over; what a former file defines wins over a later one), else `~/.kube/config`, else the
 * service account of the pod that the program runs in. (client-go clientcmd `ClientConfigLoadingRules.Load`.)
 */
export async function loadKubeconfig(options: KubeOptions, serviceAccount?: string): Promise<Kubeconfig | Problem> {
  const env = options.env ?? process.env;
  const { files, required } = kubeconfigFiles(options, env);
  const merged: Kubeconfig = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: '',
    files: [],
  };
  for (const file of files) {
    const problem = await mergeFile(merged, file, required);
    if (problem) return problem;
  }
  if (merged.files.length === 0) return (await inClusterConfig(env, serviceAccount)) ?? noKubeconfig(files);
  return merged;
}

function kubeconfigFiles(options: KubeOptions, env: NodeJS.ProcessEnv): { files: string[]; required: boolean } {
  if (options.kubeconfig) return { files: [resolve(options.kubeconfig)], required: true };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return { files: [...new Set(listed.map((file) => resolve(file)))], required: false };
  return { files: [join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.kube', 'config')], required: false };
}

async function mergeFile(into: Kubeconfig, file: string, required: boolean): Promise<Problem | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return undefined;
    return configProblem(`cannot read the kubeconfig ${file} (${code})`, 'Check the path and its permissions.');
  }
  let parsed: unknown;
  try {
    parsed = load(text) ?? {};
  } catch (error) {
    return configProblem(`${file} is not YAML: ${(error as Error).message.split('\n')[0]}`, 'Correct the file.');
  }
  if (!isObject(parsed)) return configProblem(`${file} is not a kubeconfig`, 'Correct the file.');
  into.files.push(file);
  if (into.currentContext === '' && typeof parsed['current-context'] === 'string')
    into.currentContext = parsed['current-context'];
  for (const [list, key, target] of [
    ['clusters', 'cluster', into.clusters],
    ['users', 'user', into.users],
    ['contexts', 'context', into.contexts],
  ] as const) {
    const entries = readEntries(parsed[list], list, key, file);
    if (isProblem(entries)) return entries;
    for (const [name, entry] of entries) if (!target.has(name)) target.set(name, entry);
  }
  return undefined;
}

function readEntries(list: unknown, what: string, key: string, file: string): Map<string, Entry> | Problem {
  const entries = new Map<string, Entry>();
  for (const item of Array.isArray(list) ? list : []) {
    if (!isObject(item) || typeof item['name'] !== 'string') continue;
    if (entries.has(item['name']))
      return configProblem(`${file} has the name "${item['name']}" twice in ${what}`, 'Remove one of the two.');
    const value = item[key];
    entries.set(item['name'], absolutePaths(isObject(value) ? value : {}, dirname(file)));
  }
  return entries;
}

/** Paths in a kubeconfig are relative to its own folder; so is a command of an exec plugin that is not a bare name. */
function absolutePaths(entry: Entry, folder: string): Entry {
  const copy = { ...entry };
  for (const key of ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']) {
    const path = copy[key];
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) copy[key] = join(folder, path);
  }
  const exec = copy['exec'];
  if (isObject(exec) && typeof exec['command'] === 'string' && basename(exec['command']) !== exec['command'])
    copy['exec'] = { ...exec, command: resolve(folder, exec['command']) };
  return copy;
}

async function inClusterConfig(
  env: NodeJS.ProcessEnv,
  folder = '/var/run/secrets/kubernetes.io/serviceaccount',
): Promise<Kubeconfig | undefined> {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
  const read = (file: string) => readFile(join(folder, file), 'utf8').catch(() => undefined);
  if (!host || !port || (await read('token')) === undefined) return undefined;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const name = 'in-cluster';
  return {
    clusters: new Map([[name, { server, 'certificate-authority': join(folder, 'ca.crt') }]]),
    users: new Map([[name, { tokenFile: join(folder, 'token') }]]),
    contexts: new Map([[name, { cluster: name, user: name, namespace: (await read('namespace'))?.trim() }]]),
    currentContext: name,
    files: [folder],
  };
}

function noKubeconfig(files: string[]): Problem {
  return configProblem(
    `there is no kubeconfig: ${files.join(', ')} does not exist, and this is not a pod with a service account`,
    'Set $KUBECONFIG or give --kubeconfig FILE.',
  );
}

/** A problem of the kubeconfig or the flags, before anything was sent. */
export function configProblem(message: string, advice: string): Problem {
  return { code: 'config', message, advice };
}
