import type { InputFlags } from './inputs.ts';

/** Whether any flag names a source in Git, for commands that do without one. */
export function gitIsNamed(flags: InputFlags): boolean {
  const named = [flags.git, flags.ref, flags.path, flags.kustomize, flags.helm, flags.config];
  return named.some((it) => it !== undefined);
}
