import { readFile } from 'node:fs/promises';
import type { Cluster, User } from '@kubernetes/client-node';
import type { Problem } from '../../model/cluster-state.ts';
import { isObject } from '../../model/json.ts';
import type { Access } from './connection.ts';
import type { ExecCredential } from './exec-credential.ts';
import { configProblem } from './kubeconfig.ts';
import { proxyFromEnvironment } from './proxy-env.ts';
import type { Target } from './target.ts';

/** Requests that may be under way on one agent at a time, port-forwards being opened among them. */
const maxSockets = 32;

/**
 * Turns the chosen cluster and user into options for `https.request`. The KubeConfig of @kubernetes/client-node reads
 * certificates, speaks OIDC and makes the agents for proxies; what it lacks against client-go is done here: data before
 * files, `tokenFile` before `token`, http servers, certificates of an exec plugin, groups and uid of an impersonation,
 * proxies of the environment, keep-alive.
 */
export async function buildRequestOptions(
  target: Target,
  credential: ExecCredential | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Access | Problem> {
  const refused = removedProvider(target);
  if (refused) return refused;
  try {
    const { KubeConfig } = await import('./client-node.ts');
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [toCluster(target, env)],
      users: [await toUser(target, credential)],
      contexts: [{ name: 'target', cluster: 'target', user: 'target' }],
      currentContext: 'target',
    });
    const options = { headers: {} } as Access;
    await config.applyToHTTPSOptions(options);
    Object.assign(options.headers, impersonation(target), { 'User-Agent': 'kubectl-mesh' });
    // The library's agents are made without these two.
    Object.assign(options.agent, { keepAlive: true, maxSockets });
    return options;
  } catch (error) {
    return configProblem(
      `the credentials of context "${target.context}" cannot be used: ${(error as Error).message}`,
      `Check the user "${target.userName}" and the cluster "${target.clusterName}" of the kubeconfig; log in again.`,
    );
  }
}

function toCluster({ cluster }: Target, env: NodeJS.ProcessEnv): Cluster {
  const server = new URL(cluster.server);
  const caData = text(cluster['certificate-authority-data']);
  return {
    name: 'target',
    server: cluster.server,
    caData,
    caFile: caData ? undefined : text(cluster['certificate-authority']),
    // The library refuses plain http without it; there is no TLS to verify then.
    skipTLSVerify: cluster['insecure-skip-tls-verify'] === true || server.protocol === 'http:',
    tlsServerName: text(cluster['tls-server-name']),
    proxyUrl: text(cluster['proxy-url']) ?? proxyFromEnvironment(server, env),
  };
}

async function toUser({ user }: Target, credential: ExecCredential | undefined): Promise<User> {
  const certData = credential?.certificate ? base64(credential.certificate) : text(user['client-certificate-data']);
  const keyData = credential?.key ? base64(credential.key) : text(user['client-key-data']);
  const tokenFile = text(user['tokenFile']);
  const token = tokenFile ? (await readFile(tokenFile, 'utf8')).trim() : text(user['token']);
  return {
    name: 'target',
    certData,
    certFile: certData ? undefined : text(user['client-certificate']),
    keyData,
    keyFile: keyData ? undefined : text(user['client-key']),
    token: token ?? credential?.token,
    username: text(user['username']),
    password: text(user['password']),
    authProvider: isObject(user['auth-provider']) ? user['auth-provider'] : undefined,
    impersonateUser: text(user['as']),
  };
}

/** client-go `transport.ImpersonationConfig`; the user itself is set by the library. */
function impersonation({ user }: Target): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  if (Array.isArray(user['as-groups']) && user['as-groups'].length > 0)
    headers['Impersonate-Group'] = user['as-groups'].map(String);
  if (user['as-uid']) headers['Impersonate-Uid'] = String(user['as-uid']);
  const extra = user['as-user-extra'];
  if (isObject(extra))
    for (const [key, values] of Object.entries(extra))
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = (Array.isArray(values) ? values : [values]).map(String);
  return headers;
}

function removedProvider({ user }: Target): Problem | undefined {
  const provider = isObject(user['auth-provider']) ? user['auth-provider']['name'] : undefined;
  if (provider !== 'gcp' && provider !== 'azure') return undefined;
  return configProblem(
    `the auth-provider "${provider}" was removed from kubectl`,
    `Use its credential plugin (${provider === 'gcp' ? 'gke-gcloud-auth-plugin' : 'kubelogin'}) and write the kubeconfig anew.`,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
