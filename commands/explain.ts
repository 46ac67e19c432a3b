import { Args, Command } from '@oclif/core';

export default class Explain extends Command {
  static override summary = "Explain a finding's code: what, why, an example, the fix; without a code, list all";
  static override examples = ['<%= config.bin %> <%= command.id %> MESH0120', '<%= config.bin %> <%= command.id %>'];
  static override args = { code: Args.string({ description: 'a code such as MESH0120' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    const { explainCode } = await import('../src/app/explain-code.ts');
    process.stdout.write(await explainCode(args.code));
  }
}
