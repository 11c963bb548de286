import { once } from 'node:events';
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serialNumberOf } from '../../src/certs/inspect.js';
import { issueAuthority, issueLeaf, type Issued } from '../../src/certs/issue.js';
import type { LogLine } from '../support/golden/served.js';
import { mountFiles } from '../support/mounted.js';
import { aReview } from '../support/review.js';
import { answerTo, getPage, openReview } from './support/client.js';
import { kill, startServe, type Running } from './support/process.js';

const DAY = 86_400_000;
/** Milliseconds between two calls: 200 a second, whether the ones before have been answered or not. */
const PACE = 5;
/** Eighteen changes take most of a minute on a machine with other things to do. */
const LONG = { timeout: 180_000 };
/** The most calls that are open at a time. */
const IN_FLIGHT = 50;
const BODY = JSON.stringify(aReview());

let ca: Issued;
let good: readonly Issued[];
let expired: Issued;

beforeAll(async () => {
  ca = await issueAuthority({ now: Date.now(), serial: '40' });
  const leaf = (now: number, serial: string): Promise<Issued> =>
    issueLeaf(ca, ['127.0.0.1'], { now, serial });
  good = await Promise.all(['41', '42', '43'].map((serial) => leaf(Date.now(), serial)));
  expired = await leaf(Date.now() - 60 * DAY, '44');
});

/** What the callers saw. */
interface Load {
  /** The serial numbers of the certificates of new connections, in the order in which they were opened. */
  readonly serials: string[];
  readonly failures: string[];
  sent: number;
  answers: number;
  /** Sends no more and waits for the last answer. */
  end(): Promise<void>;
}

/** Calls at a steady pace, in turn over kept connections and over one that is opened for the call. */
function callSteadily(address: Running['webhook']): Load {
  // Made once, because it costs more than a call.
  const secureContext = createSecureContext({ ca: ca.cert });
  const keeping = new Agent({ keepAlive: true, secureContext });
  const opening = new Agent({ keepAlive: false, maxCachedSessions: 0, secureContext });
  const open = new Set<Promise<void>>();
  const load: Load = {
    serials: [],
    failures: [],
    sent: 0,
    answers: 0,
    end: async () => {
      clearInterval(timer);
      await Promise.all(open);
      keeping.destroy();
    },
  };
  const call = async (kept: boolean): Promise<void> => {
    try {
      const request = openReview(address, { agent: kept ? keeping : opening });
      request.end(BODY);
      const answer = answerTo(request);
      if (!kept) load.serials.push(await serialOf(request));
      const { status } = await answer;
      if (status !== 200) throw new Error(`status ${status}`);
      load.answers += 1;
    } catch (error) {
      load.failures.push(String(error));
    }
  };
  const send = (): void => {
    load.sent += 1;
    const done: Promise<void> = call(load.sent % 2 === 0).finally(() => open.delete(done));
    open.add(done);
  };
  const began = performance.now();
  let skipped = 0;
  const timer = setInterval(() => {
    // A timer that is late must not slow the pace, nor may a machine that is too slow for it drown.
    const due = (performance.now() - began) / PACE - load.sent - skipped;
    const room = Math.max(0, IN_FLIGHT - open.size);
    for (let n = 0; n < Math.min(due, room, 10); n += 1) send();
    skipped += Math.max(0, Math.floor(due - Math.min(room, 10)));
  }, PACE);
  return load;
}

async function serialOf(request: ReturnType<typeof openReview>): Promise<string> {
  const [socket] = (await once(request, 'socket')) as [TLSSocket];
  if (!socket.authorized) await once(socket, 'secureConnect');
  return socket.getPeerCertificate().serialNumber;
}

describe('a certificate that changes under load', () => {
  let dir = '';
  let running: Running | undefined;
  const at = (name: string): string => join(dir, name);
  const secret = (pair: Issued): Promise<void> =>
    mountFiles(dir, { 'tls.crt': pair.cert, 'tls.key': pair.key });
  /** As cert-manager's csi driver, or a person with mv: one file after the other. */
  const renameInto = async (name: string, text: string): Promise<void> => {
    await writeFile(at('new'), text);
    await rename(at('new'), at(name));
  };
  const nth = (n: number): Issued => {
    const pair = good[n % good.length];
    if (!pair) throw new Error('there is no such pair');
    return pair;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    await secret(nth(0));
  });
  afterEach(async () => {
    await kill(running?.child);
    await rm(dir, { recursive: true });
  });

  const start = async (): Promise<Running> => {
    running = await startServe(['--tls-cert', at('tls.crt'), '--tls-key', at('tls.key')]);
    return running;
  };
  /** Changes the files and waits for what the log says of them next. */
  const after = async (change: () => Promise<void>): Promise<LogLine> => {
    const { log } = running ?? (await start());
    const line = log.line(({ msg }) => msg.startsWith('certificate '), log.count());
    await change();
    return line;
  };

  it('fails no call, and shows each new connection a pair that is right', LONG, async () => {
    const { webhook, ops, log } = await start();
    const load = callSteadily(webhook);
    const wrong: readonly [() => Promise<void>, string][] = [
      [() => secret({ cert: nth(1).cert, key: nth(2).key }), 'give two files of one pair'],
      [() => secret({ cert: 'garbage', key: nth(1).key }), 'begins with BEGIN CERTIFICATE'],
      [() => secret({ cert: nth(1).cert, key: nth(1).key.slice(0, 400) }), 'without a passphrase'],
      [() => secret(expired), 'give one that is valid'],
      [() => unlink(at('tls.crt')), 'give the path of a certificate'],
    ];
    for (let n = 1; n <= 10; n += 1) {
      expect(await after(() => secret(nth(n)))).toMatchObject({
        msg: 'certificate loaded',
        serial: serialNumberOf(nth(n).cert),
      });
      const [spoil, advice] = wrong[n / 2 - 1] ?? [];
      if (!spoil || advice === undefined) continue;
      const { msg, problem } = await after(spoil);
      expect(msg).toBe('certificate refused, the last one stays');
      expect(problem).toContain(advice);
    }
    // One file after the other, without any link; until the key comes, the pair does not match.
    const last = log.line(({ serial }) => serial === serialNumberOf(nth(11).cert), log.count());
    await renameInto('tls.crt', nth(11).cert);
    await renameInto('tls.key', nth(11).key);
    await last;
    await load.end();
    expect(load.failures).toEqual([]);
    expect(load.answers).toBe(load.sent);
    expect(load.serials.length).toBeGreaterThan(100);
    expect(new Set(load.serials)).toEqual(new Set(good.map(({ cert }) => serialNumberOf(cert))));
    const { body } = await getPage(ops, '/metrics');
    expect(body).toContain('certificate_reloads_total{result="loaded"} 12');
  });
});
