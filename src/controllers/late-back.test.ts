import { describe, expect, it } from 'vitest';
import { aPod } from '../../test/support/builders.js';
import { encodeRecord, type RecordedContainer } from '../core/record/record.js';
import { takenBack } from './late-back.js';

const RECORD = 'ds-injector.io/record';
const recordOf = (...containers: Partial<RecordedContainer>[]): string =>
  encodeRecord({
    ...{ version: 1, volumes: [] },
    daemonSets: containers.map((one, index) => ({
      ...{ namespace: 'monitoring', name: `agent-${index}`, revision: 'r1' },
      containers: [{ container: 'agent', injectedAs: 'agent', placement: 'ephemeral', ...one }],
    })),
  });
const bearing = (text: string, ...names: string[]) =>
  aPod({
    metadata: { annotations: { [RECORD]: text } },
    spec: { ephemeralContainers: names.map((name) => ({ name, image: 'x' })) },
  });

describe('what is taken back', () => {
  it('is a promise, and no sidecar', () => {
    const text = recordOf({ placement: 'plain' }, { injectedAs: 'late' });
    expect(takenBack(bearing(text), undefined)).toEqual({
      labels: { 'ds-injector.io/injected': 'true' },
      annotations: { [RECORD]: recordOf({ placement: 'plain' }) },
    });
  });

  it('is the name of one that was to be started again, and not that it was there', () => {
    const pod = bearing(recordOf({}), 'agent');
    const again = recordOf({ injectedAs: 'agent-2', restarts: 1 });
    expect(takenBack(pod, again)).toMatchObject({ annotations: { [RECORD]: recordOf({}) } });
    expect(takenBack(bearing(again, 'agent'), undefined)).toBeUndefined();
  });

  it('is nothing where nothing is promised', () => {
    expect(takenBack(bearing(recordOf({}), 'agent'), undefined)).toBeUndefined();
    expect(takenBack(bearing('{'), undefined)).toBeUndefined();
  });
});
