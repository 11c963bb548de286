import { describe, expect, it } from 'vitest';
import { claimSpec, heldUntil, mayTake, readLease, releaseSpec, sight } from './lease.js';

const TIMES = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 };
const WALL = Date.parse('2030-01-01T00:00:00.5Z');
const STAMP = '2030-01-01T00:00:00.500000Z';

const lease = (spec: unknown, metadata: object = {}) => ({
  metadata: { resourceVersion: '7', ...metadata },
  spec,
});
const held = (more: object = {}) =>
  readLease(
    lease({
      holderIdentity: 'other',
      leaseDurationSeconds: 15,
      acquireTime: 'before',
      renewTime: STAMP,
      leaseTransitions: 3,
      ...more,
    }),
  );

describe('readLease', () => {
  it('reads what client-go writes', () => {
    expect(held()).toMatchObject({
      holder: 'other',
      duration: 15_000,
      acquireTime: 'before',
      renewTime: STAMP,
      transitions: 3,
    });
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    [],
    {},
    { holderIdentity: null },
    { holderIdentity: '', leaseDurationSeconds: '15', leaseTransitions: 'many', renewTime: 7 },
    { leaseDurationSeconds: -1, leaseTransitions: -5, acquireTime: {} },
    { leaseDurationSeconds: 1.5, leaseTransitions: Number.NaN },
  ])('takes what is not there, or of the wrong type, for nothing: %j', (spec) => {
    expect(readLease(lease(spec))).toMatchObject({
      holder: '',
      duration: undefined,
      acquireTime: '',
      renewTime: '',
      transitions: 0,
    });
  });

  it('takes a holder that is no text for somebody', () => {
    expect(held({ holderIdentity: { name: 'x' } }).holder).not.toBe('');
  });
});

describe('mayTake', () => {
  const at = (now: number, record = held(), identity = 'me') =>
    mayTake(sight(undefined, record, 1000), identity, { times: TIMES, now });

  it.each([
    ['nobody holds it', held({ holderIdentity: '' }), 1000, true],
    ['it was seen a moment ago', held(), 1000, false],
    ['it was seen almost for its time', held(), 15_999, false],
    ['it was seen for its time', held(), 16_000, true],
    ['its holder asks for longer', held({ leaseDurationSeconds: 60 }), 60_999, false],
    [
      'its holder asked for longer, and that is over',
      held({ leaseDurationSeconds: 60 }),
      61_000,
      true,
    ],
    ['its holder asks for less', held({ leaseDurationSeconds: 1 }), 2000, true],
    ['it does not say for how long', held({ leaseDurationSeconds: 'x' }), 15_999, false],
    ['it asks for years', held({ leaseDurationSeconds: 2_147_483_647 }), 151_000, true],
    ['its holder renewed hours ago', held({ renewTime: '2029-12-31T00:00:00.0Z' }), 15_999, false],
    ['its holder will renew in hours', held({ renewTime: '2031-01-01T00:00:00.0Z' }), 16_000, true],
  ])('where %s', (_, record, now, may) => {
    expect(at(now, record)).toBe(may);
  });

  it('is always so for its holder', () => {
    expect(at(1000, held(), 'other')).toBe(true);
  });
});

describe('sight', () => {
  const seen = sight(undefined, held(), 1000);

  it('begins anew with each change of the record', () => {
    expect(sight(seen, held({ renewTime: 'later' }), 5000).since).toBe(5000);
    expect(sight(seen, held({ holderIdentity: 'third' }), 5000).since).toBe(5000);
    expect(heldUntil(sight(seen, held({ renewTime: 'later' }), 5000), TIMES)).toBe(20_000);
  });

  it('goes on while the record says the same, whatever else of the object changes', () => {
    const { spec } = held().object;
    const relabelled = readLease(lease(spec, { resourceVersion: '8', labels: { a: 'b' } }));
    const again = sight(seen, relabelled, 5000);
    expect(again.since).toBe(1000);
    expect(again.record.object.metadata?.['resourceVersion']).toBe('8');
  });
});

describe('claimSpec', () => {
  const claim = { identity: 'me', times: TIMES, wall: WALL };

  it('makes the first record', () => {
    expect(claimSpec(undefined, claim)).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: STAMP,
      renewTime: STAMP,
      leaseTransitions: 0,
    });
  });

  it('counts a change of the holder', () => {
    expect(claimSpec(held(), claim)).toMatchObject({ acquireTime: STAMP, leaseTransitions: 4 });
    expect(claimSpec(readLease(lease(null)), claim)).toMatchObject({ leaseTransitions: 1 });
    const most = { leaseTransitions: 2 ** 40 };
    expect(claimSpec(held(most), claim)).toMatchObject({ leaseTransitions: 2 ** 31 - 1 });
  });

  it('renews what one holds', () => {
    expect(claimSpec(held({ holderIdentity: 'me' }), claim)).toMatchObject({
      acquireTime: 'before',
      renewTime: STAMP,
      leaseTransitions: 3,
    });
  });
});

describe('releaseSpec', () => {
  it('lets nobody hold it, for a second', () => {
    expect(releaseSpec(held(), WALL)).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: STAMP,
      renewTime: STAMP,
      leaseTransitions: 3,
    });
  });
});
