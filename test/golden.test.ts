import { beforeAll, describe, expect, it } from 'vitest';
import { daemonSetReasons, podReasons, warnings } from '../src/core/decide/reasons.js';
import { loadCases, strayFiles } from './support/golden/cases.js';
import { answered, coreDoor, passThrough } from './support/golden/core-door.js';
import { readWant, updates, wantOf, writeWant, type Want } from './support/golden/want.js';
import { askProcesses, seenOf, type Seen } from './support/golden/webhook-door.js';

const cases = loadCases();
const served = cases.filter(({ coreOnly }) => coreOnly === undefined);

describe('the core', () => {
  it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', (_id, _title, one) => {
    const before = structuredClone(one.pod);
    const ask = coreDoor(one);
    const { outcome, pod } = passThrough(one, ask);
    const actual = wantOf(outcome, pod);
    if (updates) writeWant(one.wantFile, actual);
    expect(actual).toEqual(readWant(one.wantFile));
    expect(one.pod, 'the pod that came in').toEqual(before);
    expect(answered(pod, ask).outcome.operations, 'a further pass').toEqual([]);
  });
});

describe('POST /mutate of a process', () => {
  let seen: ReadonlyMap<string, Seen> = new Map();
  beforeAll(async () => {
    seen = await askProcesses(served);
  }, 240_000);

  it.each(served.map((one) => [one.id, one.title, one] as const))('%s: %s', (id, _title, one) => {
    const want = readWant(one.wantFile);
    expect(seen.get(id)).toEqual(want && seenOf(want));
  });
});

describe('the golden files', () => {
  it('all belong to a case', () => {
    expect(strayFiles(cases)).toEqual([]);
  });

  it('have titles that differ', () => {
    const titles = cases.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  /** Every golden that there is, read when it is needed: with UPDATE_GOLDEN they are written meanwhile. */
  const wants = (): readonly Want[] => cases.flatMap(({ wantFile }) => readWant(wantFile) ?? []);
  const missing = (known: object, found: readonly string[], excused: object): readonly string[] =>
    Object.keys(known).filter((code) => !found.includes(code) && !(code in excused));

  it('show every reason of a pod', () => {
    const excused = {
      internal_error: 'needs a fault in the engine; see src/admission/handler.test.ts',
      no_room: 'needs a quarter of a megabyte; see src/core/engine.test.ts',
    };
    expect(
      missing(
        podReasons,
        wants().map(({ reason }) => reason),
        excused,
      ),
    ).toEqual([]);
  });

  it('show every reason of a DaemonSet', () => {
    const excused = {
      not_marked: 'DaemonSets that are not marked are not reported for a pod',
    };
    expect(
      missing(
        daemonSetReasons,
        wants().flatMap(({ daemonSets }) => daemonSets.map(({ reason }) => reason)),
        excused,
      ),
    ).toEqual([]);
  });

  it('show every warning', () => {
    expect(
      missing(
        warnings,
        wants().flatMap((want) => want.warnings.map(({ code }) => code)),
        {},
      ),
    ).toEqual([]);
  });
});
