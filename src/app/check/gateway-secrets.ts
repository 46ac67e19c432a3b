import { decodeConfigDumpBytes } from '../../decode/bytes.ts';
import { type ClusterState, isProblem, type Problem, type ProxySource } from '../../model/cluster-state.ts';
import type { ProxyConfig } from '../../model/envoy.ts';
import type { Finding } from '../../model/finding.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { Diagnostic } from '../../model/report.ts';
import type { Resource } from '../../model/resource.ts';
import { buildRegistry } from '../../registry/index.ts';
import type { CompiledMesh } from '../../rules/types.ts';
import { WaitingSecrets } from '../drift/waiting-secrets.ts';
import { toRegistryInput } from '../registry-input.ts';

/** What gateways tell of the secrets that they have not got. */
export interface GatewaySecrets {
  waiting: WaitingSecrets;
  /** Gateways that could not be asked. */
  diagnostics: Diagnostic[];
}

/** As many gateways are read at once. */
const atOnce = 8;

/**
 * Reads the dumps of the selected gateways, and of no sidecar, where some object names a credential: that its Secret is
 * missing only the proxy that asks for it tells. A gateway that cannot be read is a row, and keeps nothing else from being
 * judged.
 */
async function readGatewaySecrets(state: ClusterState, signal: AbortSignal): Promise<GatewaySecrets> {
  const secrets: GatewaySecrets = { waiting: new WaitingSecrets(), diagnostics: [] };
  const { proxies, resources } = state;
  if (proxies.length === 0 || !resources.some(namesCredential)) return secrets;
  const routers = new Map(
    buildRegistry(toRegistryInput(state)).proxies.flatMap((it) => (it.type === 'router' ? [[it.id, it]] : [])),
  );
  const queue = proxies.filter(({ id }) => routers.has(id));
  const work = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      const proxy = routers.get(source.id);
      const live = await readOne(source, signal);
      if (isProblem(live)) secrets.diagnostics.push(unasked(source.id, live));
      else if (proxy) secrets.waiting.add(proxy, live);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  signal.throwIfAborted();
  secrets.diagnostics.sort((a, b) => ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1));
  return secrets;
}

/** The same of each state; nothing where no proxy may be asked. */
export async function secretsOfStates(
  states: readonly ClusterState[],
  noProxies: boolean | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<ClusterState, GatewaySecrets>> {
  if (noProxies) return new Map();
  return new Map(await Promise.all(states.map(async (it) => [it, await readGatewaySecrets(it, signal)] as const)));
}

/** What the proxies of a state name and do not get, as far as they were asked. */
export function waitingIn(mesh: CompiledMesh, secrets: GatewaySecrets | undefined): Finding[] {
  const selected = new Map(mesh.proxies.map((proxy) => [proxy.id, proxy]));
  const nothing: ProxyConfig = { clusters: [], endpoints: [], listeners: [], routes: [] };
  const configOf = ({ id }: Proxy): ProxyConfig => {
    const proxy = selected.get(id);
    return proxy ? mesh.config(proxy) : nothing;
  };
  return secrets?.waiting.findings(configOf, mesh.written) ?? [];
}

/** Whether an object has gateways ask for a Secret. */
function namesCredential({ kind, spec }: Resource): boolean {
  return (
    /^(Gateway|X?ListenerSet|DestinationRule)$/.test(kind) &&
    /"(credentialNames?|certificateRefs)"/.test(JSON.stringify(spec))
  );
}

async function readOne(source: ProxySource, signal: AbortSignal) {
  const answers = await source.read(signal, []);
  if (isProblem(answers)) return answers;
  try {
    return decodeConfigDumpBytes(answers.configDump);
  } catch (error) {
    const problem: Problem = {
      code: 'rubbish',
      message: `its config_dump cannot be used: ${(error as Error).message}`,
      advice: '',
    };
    return problem;
  } finally {
    answers.release?.();
  }
}

function unasked(id: string, { message, advice }: Problem): Diagnostic {
  return {
    severity: 'info',
    subject: id,
    message: `which secrets this gateway waits for is not known: ${message}`,
    ...(advice === '' ? {} : { fix: advice }),
  };
}
