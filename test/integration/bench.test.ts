import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { expectInjection } from '../bench/check.js';
import { reviewsOf, type Review } from '../bench/cluster/workloads.js';
import { answerReader } from '../bench/load/answer.js';

const MAIN = fileURLToPath(new URL('../bench/main.ts', import.meta.url));
const SMALL = ['--seconds', '0.3', '--rounds', '1', '--connections', '2', '--workloads', '3'];

/** Runs the benchmark. @throws with its stderr if it fails. */
async function bench(...args: readonly string[]): Promise<Record<string, unknown>> {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, ...args]);
  const last = (await run).stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(/^BENCH /);
  return JSON.parse(last.slice('BENCH '.length)) as Record<string, unknown>;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const positive: unknown = expect.toSatisfy((value) => isNumber(value) && value > 0);
/** CPU is known on Linux only, in hundredths of a second: so short a run may have used none. */
const cpu: unknown = expect.toSatisfy((value) =>
  process.platform === 'linux' ? isNumber(value) : value === null,
);
const cpuRatio: unknown = expect.toSatisfy((value) => value === null || isNumber(value));

describe('npm run bench', () => {
  it('measures the injector next to the least that Node can do', async () => {
    const figures = await bench('--sizes', '8', '--without', 'go', ...SMALL);
    const load = { size: 8, connections: 2 };
    const measured = {
      ...load,
      rps: positive,
      p50: positive,
      p99: positive,
      errors: 0,
      cpuMs: cpu,
    };
    expect(figures).toMatchObject({
      mode: 'compare',
      throughputRatio: { 8: positive },
      cpuRatio: { 8: cpuRatio },
      goRatio: { 8: null },
      results: [
        { server: 'raw', ...measured },
        { server: 'ours', ...measured },
      ],
      ratios: [{ ...load, throughputRatio: positive, cpuRatio, goRatio: null }],
    });
  });

  it('measures Worlds of different sizes', async () => {
    const figures = await bench('scale', '--worlds', '10/5,40/20', '--no-memory', ...SMALL);
    expect(figures).toMatchObject({
      mode: 'scale',
      growth: cpuRatio,
      throughputGrowth: positive,
      results: [
        { server: '10/5', errors: 0 },
        { server: '40/20', errors: 0 },
      ],
    });
  });

  it.each([
    [['--rounds', '1.5'], 'must be a whole number'],
    [['sacle'], 'too many arguments'],
  ])('says what is wrong with %j', async (args, problem) => {
    await expect(bench(...args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(problem) as string,
    });
  });
});

describe('expectInjection', () => {
  const [review] = reviewsOf(8, 1) as [Review];
  const answerWith = (operations: readonly unknown[]): string => {
    const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
    const response = { uid: review.request.uid, allowed: true, patchType: 'JSONPatch', patch };
    return JSON.stringify({ response });
  };
  const added = { op: 'add', path: '/spec/containers/-', value: { name: 'agent' } };

  it('takes five containers more and no change of the others', () => {
    const { pod } = expectInjection(answerWith(Array(5).fill(added)), review);
    expect(pod.spec?.containers).toHaveLength(6);
  });

  it.each([
    ['four containers', Array(4).fill(added)],
    [
      'a changed one',
      [
        ...(Array(5).fill(added) as unknown[]),
        { op: 'replace', path: '/spec/containers/0/image', value: '' },
      ],
    ],
    ['no operations', []],
  ])('refuses %s', (_, operations) => {
    expect(() => expectInjection(answerWith(operations), review)).toThrow(/were added/);
  });

  it('refuses an answer without a patch', () => {
    const response = { uid: review.request.uid, allowed: true };
    expect(() => expectInjection(JSON.stringify({ response }), review)).toThrow(
      'not an answer with a patch',
    );
  });
});

describe('answerReader', () => {
  const answer = (body: string): Buffer =>
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

  it('puts an answer together that comes byte by byte', () => {
    const read = answerReader();
    const given = [...answer('one'), ...answer('two')].map((byte) => read(Buffer.of(byte)));
    const bodies = given.filter((one) => one !== undefined).map(({ body }) => body.toString());
    expect(bodies).toEqual(['one', 'two']);
  });

  it('refuses what follows an answer, and an answer without a length', () => {
    expect(() => answerReader()(Buffer.concat([answer('one'), answer('two')]))).toThrow(
      'more bytes',
    );
    expect(() => answerReader()(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('a length');
  });
});
