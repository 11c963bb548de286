import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCorpus } from './corpus.js';
import { known } from './known.js';
import { reduced, replay, signatureOf, type Reproduction } from './reduce.js';
import { CASES_EACH } from './rounds.js';
import { Session, type Counterexample } from './session.js';

/** The nightly mode: `npm run fuzz -- 1000000`. CONTRIBUTING.md says how it is used. */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    out: { type: 'string', default: 'fuzz' },
    'keep-going': { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
});

process.exitCode = values.replay === undefined ? await fuzz() : replayFile(values.replay);

async function fuzz(): Promise<number> {
  const count = Number(positionals[0] ?? process.env['FUZZ_CASES'] ?? 100_000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const from = Number(values.from);
  if (![count, seed, from].every(Number.isSafeInteger)) {
    console.error('usage: npm run fuzz -- [cases] [--seed N] [--from ROUND] [--out FOLDER]');
    return 2;
  }
  console.log(`seed ${seed}, ${count} cases from round ${from}`);
  const session = new Session(seed, loadCorpus(seed));
  const found = new Map<string, number>();
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  let last = started;
  let round = from;
  const expected = new Map<string, number>();
  const keep = (counterexample: Counterexample): void => {
    const signature = signatureOf(counterexample) ?? '';
    const counts = known.has(signature) ? expected : found;
    if (counts === found && !found.has(signature)) tell(counterexample, seed, found.size);
    counts.set(signature, (counts.get(signature) ?? 0) + 1);
  };
  while (session.cases < count && (found.size === 0 || values['keep-going'])) {
    session.run(round, keep);
    round += 1;
    if (performance.now() - last > 10_000) {
      last = performance.now();
      console.log(`round ${round}, ${session.cases} cases, ${found.size} found, ${seconds()} s`);
      // Whatever is on its way, a signal or an unhandled rejection, has its turn.
      await new Promise(setImmediate);
    }
  }
  await session.expectSilentMetrics();
  const { cases, replays, totals } = session;
  const counts = { seed, from, to: round, cases, replays, seconds: seconds(), totals };
  const [broken, knownBugs] = [found, expected].map((map) => Object.fromEntries(map));
  console.log(`FUZZ ${JSON.stringify({ ...counts, known: knownBugs, broken })}`);
  return found.size === 0 ? 0 : 1;
}

/** Says what was found and writes it down. */
function tell({ law, detail, one, round }: Counterexample, seed: number, nth: number): void {
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, `counterexample-${seed}-${nth}.json`);
  const reproduction = reduced(one);
  const again = replay(reproduction);
  const document = { law, detail: again?.detail ?? detail, seed, round, ...reproduction };
  writeFileSync(file, JSON.stringify(document, null, 2));
  console.error(`round ${round}: ${document.detail}`);
  const how =
    again === undefined
      ? `only after others: npm run fuzz -- ${CASES_EACH * 100} --seed ${seed} --from ${Math.max(0, round - 1)}`
      : `npm run fuzz -- --replay ${file}`;
  console.error(`  ${how}`);
}

function replayFile(file: string): number {
  const broken = replay(JSON.parse(readFileSync(file, 'utf8')) as Reproduction);
  console.log(broken === undefined ? 'all laws hold' : broken.detail);
  return broken === undefined ? 0 : 1;
}
