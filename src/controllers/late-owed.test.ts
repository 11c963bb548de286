import { describe, expect, it } from 'vitest';
import { anInjected, running } from '../../test/support/lifecycle.js';
import { merge, type Overrides } from '../../test/support/merge.js';
import type { Pod } from '../core/model/types.js';
import type { RecordedContainer } from '../core/record/record.js';
import { observed, type ContainerStatus } from '../core/status/observed.js';
import { owedTo, promises } from './late-owed.js';

const ephemeral = (name: string, more: Partial<RecordedContainer> = {}): RecordedContainer => ({
  ...{ container: name, injectedAs: name, placement: 'ephemeral' },
  ...more,
});
const ended = (name: string, exitCode: number, finishedAt = '2026-01-01T01:00:00Z') => ({
  name,
  state: { terminated: { exitCode, finishedAt } },
});

/** A pod whose record names these, and that has these of them. */
const pod = (
  recorded: readonly RecordedContainer[],
  statuses: readonly (ContainerStatus & { readonly name: string })[],
  ...more: Overrides<Pod>[]
): Pod =>
  merge<Pod>(
    anInjected('web', {
      metadata: {
        annotations: {
          'ds-injector.io/record': JSON.stringify({
            version: 1,
            daemonSets: [
              { namespace: 'monitoring', name: 'agent', revision: 'r1', containers: recorded },
            ],
          }),
        },
      },
      spec: { ephemeralContainers: statuses.map(({ name }) => ({ name })) },
      status: { ephemeralContainerStatuses: [...statuses] },
    }),
    ...more,
  );
const owed = (...parts: Parameters<typeof pod>): readonly string[] =>
  owedTo(observed(pod(...parts)));

describe('what a pod is owed', () => {
  it('is what its record promises and is not there', () => {
    expect(owed([ephemeral('a'), ephemeral('b')], [running('a')])).toEqual(['b is absent']);
  });

  it('is what has ended, and something else when it ends again', () => {
    const first = owed([ephemeral('a')], [ended('a', 1)]);
    expect(first).toHaveLength(1);
    const again = owed([ephemeral('a')], [ended('a', 1, '2026-01-01T02:00:00Z')]);
    expect(again).not.toEqual(first);
  });

  it('is nothing where all runs, or waits for its image', () => {
    const waiting = { name: 'b', state: { waiting: { reason: 'ErrImagePull' } } };
    expect(owed([ephemeral('a'), ephemeral('b')], [running('a'), waiting])).toEqual([]);
  });

  it('is nothing for an init container that ended well, until others are due', () => {
    const init = ephemeral('init', { init: true });
    expect(owed([init], [ended('init', 0)])).toEqual([]);
    expect(owed([init], [ended('init', 1)])).toHaveLength(1);
    expect(owed([init, ephemeral('a')], [ended('init', 0)])).toHaveLength(2);
  });

  it('is nothing of containers that kubelets look after', () => {
    const plain = ephemeral('agent', { placement: 'plain' });
    expect(owed([plain], [])).toEqual([]);
    expect(promises(observed(pod([plain], [])))).toBe(false);
    expect(promises(observed(pod([ephemeral('a')], [])))).toBe(true);
  });

  it('is nothing in a pod that is over, or unknown', () => {
    expect(owed([ephemeral('a')], [], { status: { phase: 'Succeeded' } })).toEqual([]);
    expect(owedTo(undefined)).toEqual([]);
  });
});
