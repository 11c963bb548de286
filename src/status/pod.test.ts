import { describe, expect, it } from 'vitest';
import { aContainer, aDaemonSet, aPod, settings, superNode } from '../../test/support/builders.js';
import { aRevision, onSuperNodes, running } from '../../test/support/status.js';
import { inject } from '../core/engine.js';
import type { DaemonSet } from '../core/model/types.js';
import type { StatusReport } from './report.js';
import { statusOf } from './status.js';

/** What is said of a pod that runs and that nothing was injected into. */
function of(daemonSet: DaemonSet): StatusReport {
  const pod = aPod(onSuperNodes, { metadata: { namespace: 'default', name: 'x' } });
  const objects = [superNode(), daemonSet, aRevision(daemonSet, 'one')];
  return statusOf(
    { objects, placeholders: [], pods: [running(pod)] },
    { engine: inject, settings: settings() },
    { target: { kind: 'pod', namespace: 'default', name: 'x' } },
  );
}

describe('a pod that is asked for', () => {
  it('says why what was missed is not added while it runs', () => {
    const mount = { name: 'logs', mountPath: '/var/log/agent' };
    const spec = {
      volumes: [{ name: 'logs', hostPath: { path: '/var/log/agent' } }],
      containers: [aContainer({ name: 'agent', volumeMounts: [mount] })],
    };
    const { pods, problems } = of(aDaemonSet({ spec: { template: { spec } } }));
    const detail = expect.stringMatching(/^not_ephemeral .*logs/) as string;
    const absent = [{ daemonSet: 'monitoring/agent', reason: 'missed', detail }];
    expect(pods).toMatchObject([{ absent }]);
    expect(problems).toMatchObject([{ kind: 'missed', detail }]);
  });

  it('says nothing of the kind where it is added', () => {
    expect(of(aDaemonSet()).pods).toMatchObject([
      { absent: [{ daemonSet: 'monitoring/agent', reason: 'missed' }] },
    ]);
    expect(of(aDaemonSet()).problems[0]).not.toHaveProperty('detail');
  });
});
