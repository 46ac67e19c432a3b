import { Args, Command, Flags } from '@oclif/core';
import { clusterFlags, gitFlags, noProxiesFlag, proxyFlags } from './flags.ts';
import { interruptible } from './terminal.ts';

export default class Compile extends Command {
  static override summary = 'Print what a proxy should hold, as an Envoy config_dump';
  static override description =
    `Compiles the configuration to Envoy's own resources, from Git laid over what Git does not own, or from the API
server's objects alone, and prints a config_dump document: whatever reads dumps reads it.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> shop/frontend-v1-6dddf95df-b695w',
    '<%= config.bin %> <%= command.id %> -A --from api --capture ./capture --out expected',
  ];
  static override strict = false;
  static override args = {
    proxy: Args.string({ description: 'NS/POD, or the beginning of it; several may be given' }),
  };
  static override flags = {
    ...gitFlags,
    ...clusterFlags,
    ...proxyFlags,
    ...noProxiesFlag,
    from: Flags.option({
      options: ['git', 'api'] as const,
      description:
        'git: Git laid over the API server; api: its objects alone (default: git where --git is given or .mesh.yaml is here, else api)',
    })(),
    output: Flags.option({ char: 'o', options: ['json'] as const, default: 'json', description: 'output format' })(),
    out: Flags.string({ helpValue: 'DIR', description: 'write DIR/NS/POD/config_dump.json instead of printing' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Compile);
    const { runCompile } = await import('../src/app/run-compile.ts');
    const { signal, done } = interruptible();
    try {
      const { documents, notes, code } = await runCompile(flags, argv as string[], signal);
      for (const note of notes) process.stderr.write(`${note}\n`);
      process.exitCode = code;
      for (const document of documents) process.stdout.write(document);
    } finally {
      done();
    }
  }
}
