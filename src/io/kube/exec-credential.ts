import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Problem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { Entry } from './kubeconfig.ts';
import { configProblem } from './kubeconfig.ts';

/** What an exec plugin gave: a token, or a client certificate in PEM. */
export interface ExecCredential {
  token?: string;
  certificate?: string;
  key?: string;
  /** Milliseconds of the epoch after which it is not used any more. */
  expires: number;
}

/**
 * Runs the exec plugin of a user's kubeconfig entry once and reads its ExecCredential.
 *
 * The plugin gets `KUBERNETES_EXEC_INFO` (with the cluster where `provideClusterInfo` asks for it), its own `env` on
 * top of ours, stderr of the terminal, and stdin too where its `interactiveMode` wants it and there is a terminal.
 * (client-go plugin/pkg/client/auth/exec; client.authentication.k8s.io.)
 */
export async function runExecPlugin(
  user: Entry,
  cluster: Entry,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<ExecCredential | Problem> {
  const exec = user['exec'] as Entry;
  const command = String(exec['command'] ?? '');
  const apiVersion = String(exec['apiVersion'] ?? '');
  const mode = String(exec['interactiveMode'] ?? 'IfAvailable');
  if (command === '') return configProblem('the exec plugin of the kubeconfig has no command', 'Add `command`.');
  if (mode === 'Always' && !process.stdin.isTTY)
    return configProblem(
      `the credential plugin ${basename(command)} asks for a terminal`,
      'Run it in one, log in first.',
    );
  const interactive = mode !== 'Never' && process.stdin.isTTY === true;
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(exec['provideClusterInfo'] === true ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const outcome = await run(command, exec, { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, interactive, signal);
  if (typeof outcome !== 'string')
    return configProblem(
      `the credential plugin ${basename(command)} ${outcome.failed}`,
      (outcome.absent && typeof exec['installHint'] === 'string' && exec['installHint'].trim()) ||
        'Run the `exec` command of the kubeconfig by hand to see why; log in again.',
    );
  return readCredential(outcome, apiVersion, basename(command));
}

function run(
  command: string,
  exec: Entry,
  env: NodeJS.ProcessEnv,
  interactive: boolean,
  signal?: AbortSignal,
): Promise<string | { failed: string; absent?: boolean }> {
  const own = (Array.isArray(exec['env']) ? exec['env'] : []).filter(isObject);
  const variables = Object.fromEntries(own.map((item) => [String(item['name']), String(item['value'] ?? '')]));
  const args = (Array.isArray(exec['args']) ? exec['args'] : []).map(String);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...env, ...variables },
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      signal,
      // Plugins of Windows are often .cmd files, which only a shell can start.
      shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(command),
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT';
      resolve({ failed: absent ? 'is not installed' : `could not be run: ${error.message}`, absent });
    });
    child.on('close', (code, killer) => {
      resolve(code === 0 ? output : { failed: code === null ? `was ended by ${killer}` : `failed with code ${code}` });
    });
  });
}

function readCredential(output: string, apiVersion: string, plugin: string): ExecCredential | Problem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    parsed = undefined;
  }
  const status = isObject(parsed) ? parsed['status'] : undefined;
  if (!isObject(parsed) || parsed['kind'] !== 'ExecCredential' || !isObject(status))
    return configProblem(`the credential plugin ${plugin} printed no ExecCredential`, 'Update the plugin.');
  if (apiVersion !== '' && parsed['apiVersion'] !== apiVersion)
    return configProblem(
      `the credential plugin ${plugin} answered in ${String(parsed['apiVersion'])}, the kubeconfig expects ${apiVersion}`,
      "Set the apiVersion of the kubeconfig's `exec` to the plugin's.",
    );
  const text = (key: string) => (typeof status[key] === 'string' ? (status[key] as string) : undefined);
  const [token, certificate, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (!token && !(certificate && key))
    return configProblem(`the credential plugin ${plugin} gave neither a token nor a certificate`, 'Log in again.');
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return { token, certificate, key, expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires };
}

function clusterInfo(cluster: Entry): Entry {
  const extensions = (Array.isArray(cluster['extensions']) ? cluster['extensions'] : []).filter(isObject);
  const own = extensions.find((item) => item['name'] === 'client.authentication.k8s.io/exec');
  const keys = ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority-data', 'proxy-url'];
  const known = keys.filter((key) => cluster[key] !== undefined).map((key) => [key, cluster[key]]);
  return { ...Object.fromEntries(known), config: own?.['extension'] ?? null };
}
