import { describe, expect, it } from 'vitest';
import { aDaemonSet, aPod, settings, superNode } from '../../../test/support/builders.js';
import { worldOf } from '../../../test/support/world.js';
import type { Pod } from '../model/types.js';
import { prunedBound } from './bound.js';
import { lackingIn } from './lacking.js';
import { lateFor } from './late.js';

const running = (...more: object[]): Pod =>
  aPod(
    { metadata: { name: 'app-1', namespace: 'shop', uid: 'u1' }, spec: { nodeName: 'super' } },
    { status: { phase: 'Running' } },
    ...more,
  );

describe('a pod that runs already', () => {
  const world = worldOf([superNode(), aDaemonSet()]);

  it('lacks a DaemonSet that is marked', () => {
    expect(lackingIn(prunedBound(running()), world, settings())).toEqual(['monitoring/agent']);
  });

  it('gets it as an ephemeral container', () => {
    const late = lateFor(running(), {
      ...{ world, settings: settings(), now: 0, lacking: true, restarts: 10 },
    });
    expect(late).toMatchInlineSnapshot(`
      {
        "containers": [
          {
            "image": "example.org/agent:1",
            "name": "agent",
          },
        ],
        "lookAgain": undefined,
        "record": "{"version":1,"volumes":[],"daemonSets":[{"namespace":"monitoring","name":"agent","revision":"tzn2zs0jgc62o","containers":[{"container":"agent","injectedAs":"agent","placement":"ephemeral"}]}]}",
        "verdicts": [
          {
            "containers": [
              {
                "container": "agent",
                "injectedAs": "agent",
                "placement": "ephemeral",
              },
            ],
            "decision": "inject",
            "name": "agent",
            "namespace": "monitoring",
            "reason": "injected",
          },
        ],
        "warnings": [],
      }
    `);
  });
});
