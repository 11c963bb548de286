import { beforeEach, describe, expect, it } from 'vitest';
import { startApiServer } from '../../test/support/api-server/api-server.js';
import { makeClient } from './client.js';
import { hearClock, type HeardClock } from './clock.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2030-01-01T12:00:00Z');
const date = (after: number): string => new Date(NOON + after).toUTCString();

describe('hearClock', () => {
  let passed = 0;
  let wall = NOON;
  let clock: HeardClock;

  beforeEach(() => {
    passed = 5000;
    wall = NOON;
    clock = hearClock({ now: () => wall, monotonic: () => passed });
  });

  it('is the own clock until something is heard', () => {
    wall += HOUR;
    expect([clock.now(), clock.ahead()]).toEqual([NOON + HOUR, 0]);
  });

  it('goes by what was heard, whatever becomes of the own clock', () => {
    clock.hear(date(HOUR));
    expect([clock.now(), clock.ahead()]).toEqual([NOON + HOUR, HOUR]);
    passed += 30_000;
    wall -= HOUR;
    expect(clock.now()).toBe(NOON + HOUR + 30_000);
    expect(clock.monotonic()).toBe(35_000);
  });

  it('does not go back for answers that take their time, or for parts of seconds', () => {
    clock.hear(date(1000));
    passed += 1900;
    clock.hear(date(2000));
    expect(clock.now()).toBe(NOON + 2900);
    passed += 200;
    clock.hear(date(4000));
    expect(clock.now()).toBe(NOON + 4000);
  });

  it('follows a clock that jumps, in both directions', () => {
    clock.hear(date(0));
    clock.hear(date(HOUR));
    expect(clock.now()).toBe(NOON + HOUR);
    clock.hear(date(-HOUR));
    expect(clock.now()).toBe(NOON - HOUR);
  });

  it('takes no notice of what is no time', () => {
    clock.hear(date(HOUR));
    clock.hear('garbage');
    clock.hear('');
    expect(clock.ahead()).toBe(HOUR);
  });
});

describe('the time that a client hears', () => {
  it('is that of the API server, however wrong the clock of this machine is', async () => {
    const api = await startApiServer();
    const clock = hearClock({
      now: () => Date.now() - 365 * 24 * HOUR,
      monotonic: () => performance.now(),
    });
    const credentials = () => Promise.resolve({ headers: {}, tls: {} });
    const access = { server: new URL(api.url), credentials };
    const client = makeClient(access, { userAgent: 'test', heard: clock.hear });
    await client.request({ method: 'GET', path: '/version' });
    expect(Math.round(clock.ahead() / HOUR)).toBe(365 * 24);
    client.close();
    await api.close();
  });
});
