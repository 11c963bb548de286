import { describe, expect, it } from 'vitest';
import {
  aDaemonSet,
  PREFIX,
  settings,
  superNode,
  worldOf,
} from '../../../test/support/builders.js';
import { anInjectedPod, aRevision, running } from '../../../test/support/status.js';
import { factsOf } from '../facts/facts.js';
import type { DaemonSet } from '../model/types.js';
import { observed } from '../status/observed.js';
import { stampOf } from './stamp.js';

describe('the stamp of a pod', () => {
  const plain = aDaemonSet();
  const pod = observed(
    running(anInjectedPod('web', [superNode(), plain, aRevision(plain, 'one')])),
  );
  const stampWith = (daemonSet: DaemonSet, prefixes = [PREFIX]): string => {
    const world = worldOf([superNode(), daemonSet, aRevision(plain, 'one')]);
    const own = settings({ annotationPrefixes: prefixes });
    const { daemonSets } = factsOf(world, own);
    // Node classes are told apart by what they are, and every World has its own.
    const facts = { daemonSets, settings: own, nodes: { named: () => undefined } };
    return stampOf(pod, { ...facts, stampOf: () => 0 } as never);
  };
  const annotated = (key: string): DaemonSet =>
    aDaemonSet({ metadata: { annotations: { [key]: 'x' } } });

  it.each(['deprecated.daemonset.template.generation', 'kubectl.kubernetes.io/last-applied'])(
    'is the same whatever others write on a DaemonSet: %s',
    (key) => {
      expect(stampWith(annotated(key))).toBe(stampWith(plain));
    },
  );

  it.each([`${PREFIX}ds-inject-by-label`, 'ds-injector.io/isolation'])(
    'is another with what the injector reads there: %s',
    (key) => {
      expect(stampWith(annotated(key))).not.toBe(stampWith(plain));
    },
  );

  it('is another with a prefix that is configured', () => {
    const asked = annotated('a.example.org/ds-inject-rate');
    expect(stampWith(asked)).toBe(stampWith(plain));
    const prefixes = [PREFIX, 'a.example.org/'];
    expect(stampWith(asked, prefixes)).not.toBe(stampWith(plain, prefixes));
  });
});
