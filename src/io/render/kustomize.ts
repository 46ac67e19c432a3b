import { SourceError } from '../../source/diagnostic.ts';
import { runProgram } from '../program.ts';
import { renderEnvironment } from './environment.ts';

/**
 * Renders a Kustomize directory of an extraction with `kubectl kustomize`, or `kustomize build` where there is no
 * kubectl.
 *
 * @param directory from the extraction's root
 * @returns the rendered YAML
 * @throws SourceError where both programs are missing, or the rendering fails
 */
export async function runKustomize(
  root: string,
  directory: string,
  options: { network: boolean; signal?: AbortSignal },
): Promise<string> {
  const run = { cwd: root, env: renderEnvironment(options.network), signal: options.signal };
  // `./` keeps a name from being read as an option or an address.
  const place = `./${directory}`;
  const result =
    (await runProgram('kubectl', ['kustomize', place], run)) ?? (await runProgram('kustomize', ['build', place], run));
  if (!result)
    throw new SourceError(
      `${directory || '.'} cannot be rendered: there is neither kubectl nor kustomize in PATH`,
      'install one of them, or render before and read the result with --path',
    );
  if (result.exitCode === 0) return result.stdout;
  const reason = reasonOf(result.stderr).replaceAll(`${root}/`, '');
  throw new SourceError(
    `Kustomize cannot render ${directory || '.'}: ${reason}`,
    `run kubectl kustomize ${directory || '.'} to see it`,
  );
}

/** What went wrong, without the log's own words (`E1121 14:35:56 8480 run.go:72] "command failed" err=<...>`). */
function reasonOf(stderr: string): string {
  const text = stderr.trim();
  const logged = /^E\d{4} [^\]]*\] "command failed" err=(?:<([\s\S]*)>|"([\s\S]*)")$/.exec(text);
  return (logged?.[1] ?? logged?.[2] ?? text).trim().replace(/^error:\s*/i, '');
}
