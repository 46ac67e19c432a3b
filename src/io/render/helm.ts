import { SourceError } from '../../source/diagnostic.ts';
import type { HelmRelease } from '../../source/mesh-config/read.ts';
import { runProgram } from '../program.ts';
import { renderEnvironment } from './environment.ts';

/**
 * Renders a chart of an extraction with `helm template`; no cluster is asked.
 *
 * @param release with the chart and the values files from the extraction's root
 * @throws SourceError where helm is missing, or the rendering fails
 */
export async function runHelm(root: string, release: Required<HelmRelease>, signal?: AbortSignal): Promise<string> {
  const values = release.values.flatMap((file) => ['--values', `./${file}`]);
  const args = ['template', '--namespace', release.namespace, ...values, '--', release.release, `./${release.chart}`];
  const result = await runProgram('helm', args, { cwd: root, env: renderEnvironment(false), signal });
  if (!result)
    throw new SourceError(
      `chart ${release.chart} cannot be rendered: there is no helm in PATH`,
      'install helm, or render before and read the result with --path',
    );
  if (result.exitCode === 0) return result.stdout;
  const reason = result.stderr
    .trim()
    .replaceAll(`${root}/`, '')
    .replace(/^error:\s*/i, '');
  const missing = /dependenc|charts\/ directory/i.test(reason);
  throw new SourceError(
    `Helm cannot render ${release.chart}: ${reason}`,
    missing ? `commit the result of helm dependency build ${release.chart}` : `run helm ${args.join(' ')} to see it`,
  );
}
