import { describe, expect, it } from 'vitest';
import { anOutcome, aSkip } from '../../test/support/review.js';
import { makeLogger } from './logger.js';
import { makeMetrics } from './metrics.js';
import { makeObserver } from './observer.js';

const subject = { uid: 'u-1', namespace: 'shop', pod: 'web-*****', dryRun: false };

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const metrics = makeMetrics('test');
  return {
    lines,
    metrics,
    observe: makeObserver(makeLogger({ level: 'debug', destination }), metrics),
  };
}

describe('makeObserver', () => {
  it('writes one line at info for a review', () => {
    const { lines, observe } = setUp();
    observe.reviewed({ ...subject, outcome: anOutcome(), milliseconds: 1.23456 });
    expect(lines).toEqual([
      {
        level: 'info',
        time: lines[0]?.['time'],
        ...subject,
        decision: 'inject',
        reason: 'injected',
        injected: ['logging/agent'],
        skipped: { 'net/proxy': 'host_mutator' },
        warnings: ['renamed'],
        operations: 1,
        milliseconds: 1.235,
        msg: 'review decided',
      },
    ]);
  });

  it('writes the detail if there is one', () => {
    const { lines, observe } = setUp();
    observe.reviewed({ ...subject, outcome: aSkip({ detail: 'spec.x' }), milliseconds: 1 });
    expect(lines[0]).toMatchObject({ decision: 'skip', detail: 'spec.x', injected: [] });
  });

  it('counts decisions, warnings and time', async () => {
    const { metrics, observe } = setUp();
    observe.reviewed({ ...subject, outcome: anOutcome(), milliseconds: 2 });
    const text = await metrics.text();
    for (const line of [
      'ds_injector_reviews_total{decision="inject",reason="injected"} 1',
      'ds_injector_daemonset_decisions_total{decision="inject",reason="injected"} 1',
      'ds_injector_daemonset_decisions_total{decision="skip",reason="host_mutator"} 1',
      'ds_injector_warnings_total{code="renamed"} 1',
      'ds_injector_review_duration_seconds_bucket{le="0.001"} 0',
      'ds_injector_review_duration_seconds_bucket{le="0.0025"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('warns of a malformed review and counts it', async () => {
    const { lines, metrics, observe } = setUp();
    observe.malformed({ problem: 'no_uid', status: 400, remote: '10.0.0.7' });
    expect(lines[0]).toMatchObject({
      level: 'warn',
      msg: 'review malformed',
      problem: 'no_uid',
      status: 400,
      remote: '10.0.0.7',
    });
    expect(await metrics.text()).toContain(
      'ds_injector_malformed_reviews_total{problem="no_uid"} 1',
    );
  });

  it('writes a fault with its chain of causes and counts it', async () => {
    const { lines, metrics, observe } = setUp();
    const error = new Error('planning', { cause: new Error('no such volume') });
    observe.failed({ ...subject, error });
    expect(lines[0]).toMatchObject({
      level: 'error',
      msg: 'review failed',
      pod: 'web-*****',
      fault: [{ message: 'planning' }, { message: 'no such volume' }],
    });
    expect(await metrics.text()).toContain('ds_injector_review_faults_total 1');
  });

  it('counts failed connections by kind, in debug lines', async () => {
    const { lines, metrics, observe } = setUp();
    const reset = { listener: 'webhook', kind: 'reset', code: 'ECONNRESET' } as const;
    observe.connectionFailed(reset);
    observe.connectionFailed(reset);
    observe.connectionFailed({ ...reset, kind: 'tls' });
    expect(lines.map(({ level, kind, count }) => [level, kind, count])).toEqual([
      ['debug', 'reset', 1],
      ['debug', 'reset', 2],
      ['debug', 'tls', 1],
    ]);
    expect(await metrics.text()).toContain(
      'ds_injector_connection_faults_total{listener="webhook",kind="reset"} 2',
    );
  });

  it('warns of connections that were cut for the sake of others, ever more seldom', () => {
    const { lines, observe } = setUp();
    for (let n = 0; n < 100; n += 1) {
      observe.connectionFailed({ listener: 'ops', kind: 'crowded_out', code: 'IDLE' });
    }
    const warned = lines.filter(({ level }) => level === 'warn');
    expect(warned.map(({ count }) => count)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });
});
