import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anOutcome, aPod, aReview } from '../support/review.js';
import { answerTo, getPage, postReview } from './support/client.js';
import { someCertificates, startInjector } from './support/injector.js';
import { cpuOf, kill, startServe, type Running } from './support/process.js';

/** The names and labels of all series of a page, without their values. */
const seriesOf = (page: string): Set<string> =>
  new Set(
    page
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' '))),
  );

/** Those of the injector: node's depend on what the process has done so far. */
const ownSeries = (page: string): string[] =>
  [...seriesOf(page)].filter((series) => series.startsWith('ds_injector_')).sort();

const HOSTILE = ['"} 1\n', '\\', '\u0000', '{le="0.5"}', '🦀', '__proto__', 'x'.repeat(10_000)];
const hostile = (n: number): string => `${HOSTILE[n % HOSTILE.length] ?? ''}${n}`;

describe('the number of series', () => {
  it('does not depend on what callers send', { timeout: 120_000 }, async () => {
    const certificates = await someCertificates();
    const { server, addresses } = await startInjector({
      certificates,
      // DaemonSets are named by whoever makes them.
      engine: ({ namespace }) => {
        if (namespace.endsWith('0')) throw new Error(namespace);
        const [verdict] = anOutcome().daemonSets;
        return anOutcome({
          detail: namespace,
          daemonSets: verdict ? [{ ...verdict, namespace, name: namespace }] : [],
        });
      },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: certificates.ca });
    /** One call of each kind, with names that only this number has. */
    const calls = async (n: number): Promise<void> => {
      const name = hostile(n);
      const send = (body: unknown) => postReview(addresses.webhook, body, { agent });
      await send(aReview({ uid: name, namespace: name, name, object: aPod({ name }) }));
      await send(aReview({ operation: name, kind: name, object: { metadata: { labels: name } } }));
      await send(`{"apiVersion":${JSON.stringify(name)}`);
      await send({ ...aReview(), apiVersion: name });
      const path = `/${encodeURIComponent(name).slice(0, 500)}?${n}`;
      const method = ['GET', 'PUT', 'PROPFIND'][n % 3] ?? 'GET';
      const options = { ...addresses.webhook, path, method, agent };
      await answerTo(httpsRequest({ ...options, headers: { 'x-name': String(n) } }).end());
      await answerTo(httpsRequest({ ...options, path: '/mutate' }).end());
    };
    for (let n = 0; n < 21; n += 1) await calls(n);
    const before = ownSeries((await getPage(addresses.ops, '/metrics')).body);
    for (let n = 100; n < 1100; n += 4) await Promise.all([0, 1, 2, 3].map((i) => calls(n + i)));
    const after = ownSeries((await getPage(addresses.ops, '/metrics')).body);
    expect(after).toEqual(before);
    agent.destroy();
    await server.stop({ settle: 0, deadline: 1_000 });
  });
});

describe('a page of metrics that is read all the time', () => {
  let dir = '';
  let running: Running;
  let agent: Agent;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    running = await startServe(['--cert-dir', join(dir, 'certs')]);
    agent = new Agent({ keepAlive: true, ca: await readFile(join(dir, 'certs/ca.crt')) });
    // The first calls of each kind compile the code.
    for (let n = 0; n < 500; n += 1) await review();
    for (let n = 0; n < 20; n += 1) await scrape();
  });
  afterEach(async () => {
    agent.destroy();
    await kill(running.child);
    await rm(dir, { recursive: true });
  });

  /** A review into which nothing goes. */
  const review = () => postReview(running.webhook, aReview(), { agent });
  /** Over a connection of its own. */
  const scrape = () => getPage(running.ops, '/metrics');

  it.skipIf(process.platform !== 'linux')('costs no more than a few reviews do', async () => {
    /** Of one call. */
    const costOf = async (call: () => Promise<unknown>, times: number): Promise<number> => {
      const before = await cpuOf(running);
      for (let n = 0; n < times; n += 1) await call();
      return ((await cpuOf(running)) - before) / times;
    };
    const ratios: number[] = [];
    // Pages are made every 50 ms at most, so that many of them would take long, and meanwhile whoever else is there empties
    // the caches of the processor: what it costs is what it costs at best.
    for (let round = 0; round < 3; round += 1) {
      const reviews = await costOf(review, 300);
      ratios.push((await costOf(scrape, 50)) / reviews);
    }
    // The page has all that Prometheus wants.
    expect(Math.min(...ratios)).toBeLessThan(6);
  });

  it('does not make reviews slow, a hundred times a second', { timeout: 60_000 }, async () => {
    /** Milliseconds that each review takes, one after the other, while the question holds. */
    const timesWhile = async (goOn: (done: number) => boolean): Promise<number[]> => {
      const times: number[] = [];
      while (goOn(times.length)) {
        const started = performance.now();
        await review();
        times.push(performance.now() - started);
      }
      return times;
    };
    const timesWithScrapes = async (scrapes: number): Promise<number[]> => {
      const answers: Promise<number>[] = [];
      let answered = 0;
      const timer = setInterval(() => {
        answers.push(
          scrape().then(({ status }) => {
            answered += 1;
            return status;
          }),
        );
      }, 10);
      const times = await timesWhile(() => answered < scrapes);
      clearInterval(timer);
      expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
      return times;
    };
    const [without, during]: [number[], number[]] = [[], []];
    // In turn, so that what else the machine does hits both alike.
    for (let round = 0; round < 5; round += 1) {
      without.push(...(await timesWhile((done) => done < 200)));
      during.push(...(await timesWithScrapes(50)));
    }
    expect(medianOf(during)).toBeLessThan(2 * medianOf(without));
  });

  const medianOf = (times: readonly number[]): number =>
    times.toSorted((one, other) => one - other)[times.length >> 1] ?? 0;
});
