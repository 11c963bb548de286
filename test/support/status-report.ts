import { expect } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { Pod } from '../../src/core/model/types.js';
import type { Lists } from '../../src/status/lists.js';
import type { NodeStatus, StatusReport } from '../../src/status/report.js';
import { statusOf, type Wish } from '../../src/status/status.js';
import { aDaemonSet, aPod, realNode, settings, superNode } from './builders.js';
import { anInjectedPod, aRevision, onSuperNodes } from './status.js';

/** A cluster with `monitoring/agent` in revision `one`, and what `status` says of it. */

export const agent = aDaemonSet();
export const nodes = [superNode(), realNode()];
export const cluster = [...nodes, agent, aRevision(agent, 'one')];

/** A pod for super nodes, as its owner makes it. */
export const plain = (name: string, ...overrides: Parameters<typeof aPod>): Pod =>
  aPod(onSuperNodes, { metadata: { namespace: 'default', name } }, ...overrides);

export const report = (lists: Partial<Lists>, wish: Wish = {}, options = {}): StatusReport =>
  statusOf(
    { objects: cluster, placeholders: [], pods: [], ...lists },
    { engine: inject, settings: settings(options) },
    wish,
  );

/** What is said of `monitoring/agent` on `super`. */
export const onSuper = (lists: Partial<Lists>, options = {}): NodeStatus => {
  const [first] = report(lists, {}, options).daemonSets;
  return first?.nodes[0] ?? expect.fail('there is no node');
};
export const problemsIn = (lists: Partial<Lists>): readonly unknown[] => report(lists).problems;

export const web = anInjectedPod('web', cluster);
