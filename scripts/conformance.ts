/**
 * Measures the compiler against recordings of a real mesh:
 *
 *     npm run conformance [-- RECORDING...] [--type TYPE] [--proxy NS/POD-PREFIX] [--show N] [--json] [--full]
 *     npm run conformance -- --ratchet [--update|--reset]
 *
 * Each proxy is compiled from the API server's objects and compared with its recorded dump. What is unexplained in a
 * proxy that is in sync is a gap of the compiler. Proxies that are not in sync, by istiod's own account and Envoy's
 * error states, are listed apart. With --full what istiod with all of its filters on says it sends is measured instead.
 */
import { parseArgs } from 'node:util';
import { measureFull } from './conformance/full.ts';
import { measure, type ProxyResult, resourceTypes } from './conformance/measure.ts';
import { loadCompiler } from './conformance/parts.ts';
import { printJson, printText } from './conformance/print.ts';
import { checkRatchet } from './conformance/ratchet.ts';
import { findRecordings, recordingsRoot } from './conformance/recordings.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    type: { type: 'string', multiple: true },
    proxy: { type: 'string' },
    show: { type: 'string', default: '10' },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    ratchet: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    reset: { type: 'boolean', default: false },
  },
});

const types = resourceTypes.filter((type) => !values.type || values.type.includes(type));
if (types.length < (values.type?.length ?? 0)) throw new Error(`--type is one of ${resourceTypes.join(', ')}`);
const compiler = await loadCompiler();
const results: ProxyResult[] = [];
for (const recording of findRecordings(recordingsRoot(), positionals)) {
  if (values.full) results.push(...(await measureFull(compiler, recording)));
  else results.push(...(await measure(compiler, recording, { proxy: values.proxy, types })));
}
if (results.length === 0) throw new Error('no proxy was examined');
if (values.json) printJson(results);
else printText(results, types, Number(values.show));
if (values.ratchet)
  process.exitCode = checkRatchet(results, {
    update: values.update,
    reset: values.reset,
    whole: positionals.length === 0,
  })
    ? 0
    : 1;
